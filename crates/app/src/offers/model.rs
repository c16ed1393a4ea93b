//! What stands between a buyer and a number.

use ports::carrier::AddressRequirement;

/// Which address a carrier asks for, in words for a buyer.
pub(crate) fn restriction(address: AddressRequirement) -> Option<&'static str> {
    match address {
        AddressRequirement::None => None,
        AddressRequirement::Any => Some("The carrier asks for an address of the owner."),
        AddressRequirement::Local => Some("The carrier asks for an address of the owner in the number's country."),
        AddressRequirement::Foreign => {
            Some("The carrier asks for an address of the owner outside of the number's country.")
        }
    }
}
