//! Buys numbers: what the request asks for becomes an order of one item a number.

use serde_json::json;
use store::DbErr;
use vocab::{
    Amount,
    id::{NumberId, OrderId},
};

use super::{
    NumberError, Numbers,
    faults::Faults,
    options::Options,
    purchase::{
        NextSteps, OrderView, PurchaseNumber, PurchaseNumbers, PurchaseResult, PurchaseResults, PurchaseSummary,
        ResultStatus,
    },
};
use crate::{
    orders::{ItemRow, ItemState, ItemType, NewOrder, OrderWithItems, Wanted, http::Billing},
    web::{Caller, idempotency::Scope},
};

/// For how long an item may be doubtful at most (product.md, law 6).
const FINAL_WITHIN: chrono::TimeDelta = chrono::TimeDelta::seconds(60);

impl Numbers {
    /// The order that a purchase asks for.
    pub(super) fn new_order(
        &self,
        caller: &Caller,
        request: PurchaseNumbers,
        scope: Option<Scope>,
    ) -> Result<NewOrder, NumberError> {
        let mut faults = Faults::default();
        let (list, name) = request.list(&mut faults.invalid);
        let (billing, billing_name) = request.billing(&mut faults.invalid);
        request.defaults(&mut faults);
        let billing_address = Billing::address(billing, billing_name).unwrap_or_else(|more| {
            faults.invalid.extend(more);
            None
        });
        let development = self.settings.development;
        let wanted = list.iter().enumerate().map(|(at, number)| wanted(number, &format!("{name}[{at}]"), development));
        let wanted: Vec<Wanted> = wanted.filter_map(|wanted| faults.keep(wanted)).collect();
        faults.refuse()?;
        let wanted = wanted.into_iter().map(|wanted| (ItemType::PhoneNumber, wanted)).collect();
        Ok(NewOrder { account: caller.account, user: caller.user, wanted, billing_address, scope })
    }

    /// A purchase as it now stands.
    pub(super) fn purchase(&self, found: &OrderWithItems) -> Result<PurchaseResults, DbErr> {
        let order = &found.order;
        let sums = found.sums()?;
        let results: Vec<PurchaseResult> =
            found.items.iter().map(|item| result(item, order.created_at + FINAL_WITHIN)).collect::<Result<_, _>>()?;
        let count = |status| results.iter().filter(|result| result.status == status).count();
        let base = &self.settings.public_base;
        let next_steps = results.iter().find_map(|result| result.number_id).map(|number| NextSteps {
            configuration_url: format!("{base}/api/v1/numbers/{number}/configure"),
            documentation_url: format!("{base}/docs"),
        });
        Ok(PurchaseResults {
            order: OrderView {
                id: OrderId::from_uuid(order.id),
                order_number: order.order_number.clone(),
                status: found.status()?,
                total_amount: Amount::from_micros(order.total),
                paid_amount: sums.paid(),
                returned_amount: sums.returned(),
                currency: order.currency.parse().map_err(|_| DbErr::Type(order.currency.clone()))?,
            },
            summary: PurchaseSummary {
                total_requested: results.len(),
                successful: count(ResultStatus::Success),
                failed: count(ResultStatus::Failed),
                pending: count(ResultStatus::Pending),
            },
            results,
            next_steps,
        })
    }
}

fn result(item: &ItemRow, final_by: chrono::DateTime<chrono::Utc>) -> Result<PurchaseResult, DbErr> {
    let state: ItemState = item.state.parse().map_err(|_| DbErr::Type(item.state.clone()))?;
    let status = match state {
        ItemState::Delivered => ResultStatus::Success,
        ItemState::Refused | ItemState::Cancelled => ResultStatus::Failed,
        ItemState::Pending | ItemState::Held | ItemState::Placing | ItemState::Placed | ItemState::Unknown => {
            ResultStatus::Pending
        }
    };
    Ok(PurchaseResult {
        phone_number: item.subject.clone(),
        status,
        number_id: item.delivered_id.filter(|_| status == ResultStatus::Success).map(NumberId::from_uuid),
        error: item.error_message.clone(),
        error_code: item.error_code.clone(),
        estimated_activation: (status == ResultStatus::Pending).then(|| final_by.into()),
    })
}

/// One number with its options checked. `at` is its place in the request.
fn wanted(number: &PurchaseNumber, at: &str, development: bool) -> Result<Wanted, NumberError> {
    let (configuration, place) = number.configuration(at)?;
    let options =
        Options { friendly_name: number.friendly_name.clone(), configuration: configuration.cloned(), metadata: None };
    options.clone().accept(at, &place, development)?;
    Ok(Wanted {
        subject: number.phone_number.to_string(),
        options: json!(options),
        custom_price: None,
        field: format!("{at}.phoneNumber"),
    })
}
