//! The field's own words for numbers and calls.

crate::wire_enum! {
    /// What kind of number this is (product.md, `NumberType`).
    pub enum NumberType {
        /// Tied to a place.
        Local = "LOCAL",
        /// Free for the caller.
        TollFree = "TOLL_FREE",
        /// A mobile network's number.
        Mobile = "MOBILE",
        /// Valid in a whole country, tied to no place.
        National = "NATIONAL",
        /// Under a shared, non-geographic country code.
        International = "INTERNATIONAL",
        /// Dearer than usual for the caller.
        Premium = "PREMIUM",
        /// The caller pays a part.
        SharedCost = "SHARED_COST",
    }
}

crate::wire_enum! {
    /// What a number can carry.
    pub enum NumberCapability {
        /// Calls.
        Voice = "VOICE",
        /// Texts.
        Sms = "SMS",
        /// Picture messages.
        Mms = "MMS",
        /// Fax.
        Fax = "FAX",
    }
}

crate::wire_enum! {
    /// The methods a webhook may be called with.
    pub enum HttpMethod {
        /// Parameters in the query.
        Get = "GET",
        /// Parameters in the body.
        Post = "POST",
    }
}

crate::wire_enum! {
    /// Which way a call went, seen from the number.
    pub enum CallDirection {
        /// Somebody called the number.
        Inbound = "INBOUND",
        /// The number called somebody.
        Outbound = "OUTBOUND",
    }
}

crate::wire_enum! {
    /// Where a call is (seed 001 §4.1).
    pub enum CallStatus {
        /// The carrier has accepted it.
        Initiated = "INITIATED",
        /// It rings.
        Ringing = "RINGING",
        /// Somebody or something has picked up.
        Answered = "ANSWERED",
        /// It ended after being answered.
        Completed = "COMPLETED",
        /// The other side was busy.
        Busy = "BUSY",
        /// It could not be connected.
        Failed = "FAILED",
        /// Nobody picked up.
        NoAnswer = "NO_ANSWER",
        /// It was given up before an answer.
        Cancelled = "CANCELLED",
    }
}

impl CallStatus {
    /// Whether nothing comes after this.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Busy | Self::Failed | Self::NoAnswer | Self::Cancelled)
    }

    /// How far along the call is; a later report never moves a call back.
    pub const fn rank(self) -> u8 {
        match self {
            Self::Initiated => 0,
            Self::Ringing => 1,
            Self::Answered => 2,
            Self::Completed | Self::Busy | Self::Failed | Self::NoAnswer | Self::Cancelled => 3,
        }
    }
}
