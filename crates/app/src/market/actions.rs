//! What the protocol can be asked to do.

use vocab::Currency;

use super::{
    Market, lists,
    model::{Answer, Params, Reply},
    rent, rentals,
};
use crate::{ledger, web::Caller};

/// Does what is asked.
pub(super) async fn act(market: &Market, caller: &Caller, action: &str, params: &Params) -> Answer {
    match action {
        "getBalance" | "getBalanceAndCashBack" => balance(market, caller).await,
        "getCountries" => Ok(lists::countries()),
        "getServicesList" => lists::services(market, params).await,
        "getNumbersStatus" => lists::stock(market, params).await,
        "getPrices" => lists::prices(market, params).await,
        "getNumber" => rent::rent(market, caller, params, false).await,
        "getNumberV2" => rent::rent(market, caller, params, true).await,
        "getStatus" => rentals::status(market, caller, params, false).await,
        "getStatusV2" => rentals::status(market, caller, params, true).await,
        "setStatus" => rentals::set_status(market, caller, params).await,
        "getActiveActivations" => rentals::active(market, caller).await,
        _ => Ok(Reply::word("BAD_ACTION")),
    }
}

async fn balance(market: &Market, caller: &Caller) -> Answer {
    let wallet = ledger::wallet(market.store.fresh(), caller.account, Currency::USD).await?;
    // Two places, cut off: nobody is shown a cent that cannot be spent.
    let cents = wallet.available().micros().div_euclid(10_000);
    let sign = if cents < 0 { "-" } else { "" };
    let cents = cents.unsigned_abs();
    Ok(Reply::Text(format!("ACCESS_BALANCE:{sign}{}.{:02}", cents / 100, cents % 100)))
}
