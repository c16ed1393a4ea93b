//! Numbers as a product line of orders: quote, claim, place, find, settle, undo.

use std::time::Duration;

use ports::{
    PortError,
    carrier::{CarrierNumber, Hooks, NumberOrder, Offer},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Bound, DbErr, Several, Tx};
use url::Url;
use vocab::{
    Amount, CountryCode, E164, Money,
    id::{AccountId, ConfigurationId, NumberId},
    telephony::{NumberCapability, NumberType},
};

use super::{
    Number, NumberStatus, Numbers,
    jobs::POINT_STEP,
    options::{Accepted, Options},
    sql,
};
use crate::{
    events::{EventKind, Fact},
    flows,
    jobs::{self, StepRef},
    ledger::Revenue,
    offers::{Requirement, claims},
    orders::{AtOnce, Claim, Item, ItemType, Line, Placed, Quote, QuoteError, Settled, Unmet, Wanted},
    orphans::{self, Orphan},
    web::error::FieldError,
};

/// What is kept with an order's item: what the buyer was shown, and asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    country: CountryCode,
    number_type: NumberType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    locality: Option<String>,
    /// Where the buyer pays another price than that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    monthly_price: Option<Amount>,
    #[serde(default, skip_serializing_if = "Accepted::is_empty")]
    options: Accepted,
}

/// What the carrier says it delivered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Delivered {
    number: E164,
    capabilities: Vec<NumberCapability>,
    voice_url: String,
    status_callback: String,
}

#[async_trait::async_trait]
impl Line for Numbers {
    fn item_type(&self) -> ItemType {
        ItemType::PhoneNumber
    }

    fn revenue(&self) -> Revenue {
        Revenue::Number
    }

    async fn quote(&self, _account: AccountId, wanted: &Wanted) -> Result<Quote, QuoteError> {
        let number = read(&wanted.subject, &wanted.field)?;
        // An order has the options of `items[0].itemId` beside it.
        let item = wanted.field.rsplit_once('.').map_or(wanted.field.as_str(), |(item, _)| item);
        let options = Options::read(&wanted.options, &format!("{item}.metadata"), self.settings.development)?;
        // Whether somebody else has it is decided by the claim.
        let gone = || QuoteError::NotAvailable(number.to_string());
        let offer = self.offers.offer(&number).await.ok_or_else(gone)?;
        let price = self.offers.monthly_price(offer.country, offer.number_type).await?.ok_or_else(gone)?;
        let missing = self.offers.requirements(&offer).await;
        if !missing.is_empty() {
            return Err(QuoteError::Unmet(unmet(&offer, &missing)));
        }
        let detail = Detail {
            country: offer.country,
            number_type: offer.number_type,
            region: offer.region.clone(),
            locality: offer.locality.clone(),
            monthly_price: wanted.custom_price.map(|_| price.amount),
            options,
        };
        Ok(Quote {
            description: format!("Phone number {number}, first month"),
            subject: number.to_string(),
            price,
            detail: json!(detail),
        })
    }

    async fn claim(&self, tx: &Tx, item: &Item) -> Result<Claim, DbErr> {
        let now = self.ambient.business();
        let won = claims::claim(tx, &item.subject, item.account, item.id, now).await?;
        Ok(if won { Claim::Won } else { Claim::Lost })
    }

    fn claiming(&self, item: &Item) -> Option<Bound> {
        Some(claims::claiming(&item.subject, item.account, item.id, self.ambient.business()))
    }

    async fn place(&self, item: &Item) -> Result<Placed, PortError> {
        let carrier = self.offers.carrier()?;
        let order = NumberOrder { number: ordered(item)?, hooks: self.offers.hooks(carrier.card().name) };
        Ok(placed(&carrier.buy(&order).await?))
    }

    async fn find(&self, item: &Item) -> Result<Option<Placed>, PortError> {
        let number = ordered(item)?;
        let found = self.offers.carrier()?.find(&number).await?;
        Ok(found.filter(|found| found.number == number).as_ref().map(placed))
    }

    fn in_flight_bound(&self) -> Duration {
        self.offers.in_flight_bound()
    }

    async fn settle(&self, tx: &Tx, item: &Item, placed: &Placed) -> Result<Settled, DbErr> {
        if let Some(number) = sql::numbers::of_item(tx, item.id).await? {
            return Ok(Settled::Delivered { id: number.id.uuid(), facts: Vec::new() });
        }
        let delivered: Delivered =
            serde_json::from_value(placed.detail.clone()).map_err(|error| DbErr::Json(error.to_string()))?;
        let vendor = self.offers.carrier_name();
        if delivered.number.as_str() != item.subject {
            return self.refuse_other(tx, item, placed, &delivered, vendor).await;
        }
        if !announces_alike(&delivered.hooks(), &self.offers.hooks(vendor)) {
            // A carrier that is asked to sell what its customer has says yes (Twilio's 201), and changes nothing.
            tracing::error!(item = %item.id, sid = placed.reference, "the operator has this number for something else");
            return Ok(Settled::Refused("The number is not for sale.".into()));
        }
        self.take_over(tx, item, placed, delivered, vendor).await
    }

    fn settling(&self, item: &Item, placed: &Placed) -> Option<AtOnce> {
        let delivered: Delivered = serde_json::from_value(placed.detail.clone()).ok()?;
        let detail: Detail = serde_json::from_value(item.detail.clone()).ok()?;
        let vendor = self.offers.carrier_name();
        let is_as_asked = delivered.number.as_str() == item.subject && delivered.hooks() == self.offers.hooks(vendor);
        if !is_as_asked || detail.options.configuration.is_some() {
            return None;
        }
        let number = self.new_number(item, placed, delivered, &detail, vendor);
        let mut several = Several::default();
        several.must(sql::numbers::inserting(&number, item.order, item.id));
        several.must(claims::owning(&item.subject, item.id, number.id));
        several.may(orphans::explaining(vendor, &placed.reference, self.ambient.business()));
        Some(AtOnce { id: number.id.uuid(), several, facts: vec![purchased(&number, item)] })
    }

    async fn undo(&self, tx: &Tx, item: &Item) -> Result<(), DbErr> {
        claims::give_up(tx, &item.subject, item.id).await
    }
}

impl Numbers {
    /// The carrier bought another number than asked for: nobody pays for it, and an operator must look at it, unless it
    /// is a customer's already.
    async fn refuse_other(
        &self,
        tx: &Tx,
        item: &Item,
        placed: &Placed,
        delivered: &Delivered,
        vendor: &str,
    ) -> Result<Settled, DbErr> {
        if sql::numbers::of_carrier(tx, vendor, &placed.reference).await?.is_none() {
            let reason = format!("bought in the place of {}", item.subject);
            let orphan = Orphan {
                vendor,
                reference: &placed.reference,
                subject: delivered.number.as_str(),
                item: Some(item.id),
                reason: &reason,
            };
            orphans::report(tx, &self.ambient, &orphan).await?;
            tracing::error!(item = %item.id, got = %delivered.number, "the carrier bought another number than asked for");
        }
        Ok(Settled::Refused("The carrier delivered another number than the one asked for.".into()))
    }

    async fn take_over(
        &self,
        tx: &Tx,
        item: &Item,
        placed: &Placed,
        delivered: Delivered,
        vendor: &str,
    ) -> Result<Settled, DbErr> {
        let detail: Detail =
            serde_json::from_value(item.detail.clone()).map_err(|error| DbErr::Json(error.to_string()))?;
        let now = self.ambient.business();
        let points_at_us = delivered.hooks() == self.offers.hooks(vendor);
        let mut number = self.new_number(item, placed, delivered, &detail, vendor);
        if sql::numbers::inserting(&number, item.order, item.id).exec(tx).await? == 0 {
            tracing::error!(item = %item.id, sid = placed.reference, "the carrier delivered what a live number has already");
            return Ok(Settled::Refused("The carrier delivered a number that is in use.".into()));
        }
        if claims::owning(&item.subject, item.id, number.id).exec(tx).await? == 0 {
            return Err(DbErr::Custom(format!("item {} has no claim on its number", item.id)));
        }
        orphans::explain(tx, vendor, &placed.reference, now).await?;
        if let Some(configuration) = &detail.options.configuration {
            let id = ConfigurationId::new(&self.ambient);
            let id = flows::sql::put(tx, id, item.account, number.id, configuration, now).await?;
            number.configuration = Some(id);
            sql::numbers::update(tx, &number, now).await?;
        }
        if !points_at_us {
            let step = StepRef { kind: POINT_STEP, subject: number.id.uuid() };
            jobs::enqueue_at(tx, &self.ambient, step, self.ambient.wall()).await?;
        }
        Ok(Settled::Delivered { id: number.id.uuid(), facts: vec![purchased(&number, item)] })
    }

    fn new_number(&self, item: &Item, placed: &Placed, delivered: Delivered, detail: &Detail, vendor: &str) -> Number {
        let now = self.ambient.business();
        Number {
            id: NumberId::new(&self.ambient),
            account: item.account,
            friendly_name: detail.options.friendly_name.clone(),
            country: detail.country,
            region: detail.region.clone(),
            locality: detail.locality.clone(),
            area_code: delivered.number.area_code(),
            number: delivered.number,
            number_type: detail.number_type,
            capabilities: delivered.capabilities,
            status: NumberStatus::Active,
            carrier: vendor.to_owned(),
            carrier_sid: placed.reference.clone(),
            monthly_price: detail.monthly_price.unwrap_or(item.price.amount),
            setup_price: Amount::ZERO,
            currency: item.price.currency,
            tags: Vec::new(),
            notes: None,
            configuration: None,
            total_calls: 0,
            last_used_at: None,
            purchased_at: now,
            created_at: now,
            updated_at: now,
        }
    }
}

impl Delivered {
    fn hooks(&self) -> Hooks {
        Hooks { voice_url: self.voice_url.clone(), status_callback: self.status_callback.clone() }
    }
}

/// Whether calls are announced at the same path, on whatever host: ours may have had another name when it was bought.
fn announces_alike(found: &Hooks, ours: &Hooks) -> bool {
    let path = |hooks: &Hooks| Url::parse(&hooks.voice_url).ok().map(|url| url.path().to_owned());
    path(found).is_some_and(|found| Some(found) == path(ours))
}

/// A number that can exist.
fn read(subject: &str, field: &str) -> Result<E164, QuoteError> {
    let number = subject.trim().parse::<E164>().ok().filter(E164::is_valid);
    number.ok_or_else(|| {
        let message = "must be a phone number that can exist, in E.164 form, such as +14155552671";
        QuoteError::Invalid(vec![FieldError::new(field, message)])
    })
}

/// Nothing that a carrier may want of an owner can be given yet.
fn unmet(offer: &Offer, missing: &[Requirement]) -> Unmet {
    let sentences: Vec<_> = missing.iter().map(Requirement::sentence).collect();
    let detail = json!({
        "phoneNumber": offer.number,
        "countryCode": offer.country,
        "numberType": offer.number_type,
        "missing": missing,
    });
    Unmet { subject: offer.number.to_string(), why: sentences.join(" "), detail }
}

/// The number of an item that was quoted.
fn ordered(item: &Item) -> Result<E164, PortError> {
    item.subject.parse().map_err(|_| PortError::Misconfigured(format!("item {} has no number", item.id)))
}

fn placed(number: &CarrierNumber) -> Placed {
    let delivered = Delivered {
        number: number.number.clone(),
        capabilities: number.capabilities.clone(),
        voice_url: number.hooks.voice_url.clone(),
        status_callback: number.hooks.status_callback.clone(),
    };
    Placed { reference: number.sid.clone(), detail: json!(delivered) }
}

fn purchased(number: &Number, item: &Item) -> Fact {
    let price = Money::new(number.monthly_price, number.currency);
    Fact {
        kind: EventKind::NumberPurchased,
        account: number.account,
        subject: number.id.to_string(),
        data: json!({
            "numberId": number.id, "phoneNumber": number.number, "orderId": item.order,
            "monthlyPrice": price.amount, "currency": price.currency,
        }),
    }
}
