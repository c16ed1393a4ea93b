//! Numbers as their owner sees them (seed 004 §4.3).

use serde::Serialize;
use utoipa::ToSchema;
use vocab::{
    Amount, CountryCode, Currency, E164,
    id::{ConfigurationId, NumberId},
    telephony::{HttpMethod, NumberCapability, NumberType},
};

use super::{CallSums, Number, NumberStatus, RecentCall};
use crate::{
    flows::{Features, RoutingRules},
    web::Timestamp,
};

/// A number of yours.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "num_019bc0fd89c07c3a9d52b8e6f16e756d", "phoneNumber": "+14155552671", "friendlyName": "Support line",
    "countryCode": "US", "region": "CA", "locality": "San Francisco", "areaCode": "415", "numberType": "LOCAL",
    "capabilities": ["VOICE", "SMS", "MMS"], "status": "ACTIVE", "monthlyPrice": 1.38, "setupPrice": 0,
    "currency": "USD",
    "usage": {
        "totalCalls": 12, "totalSms": 0, "monthlyMinutes": 31, "monthlySms": 0,
        "lastUsedAt": "2026-01-15T09:12:08.120Z",
    },
    "tags": ["support", "us"], "notes": "Printed on the website", "purchasedAt": "2026-01-12T14:02:11.583Z",
    "createdAt": "2026-01-12T14:02:11.583Z", "updatedAt": "2026-01-15T09:05:00.673Z",
}))]
pub struct UserNumber {
    /// Its id.
    pub id: NumberId,
    /// The number.
    pub phone_number: E164,
    /// Your name for it.
    pub friendly_name: Option<String>,
    /// Its country.
    pub country_code: CountryCode,
    /// Its state or province.
    pub region: Option<String>,
    /// Its town.
    pub locality: Option<String>,
    /// Its area code, where its country has them.
    pub area_code: Option<String>,
    /// Its type.
    pub number_type: NumberType,
    /// What it can carry.
    pub capabilities: Vec<NumberCapability>,
    /// Where it is.
    pub status: NumberStatus,
    /// Null: calls follow its configuration, not a URL of yours.
    pub voice_url: Option<String>,
    /// Null, like `voiceUrl`.
    pub voice_method: Option<HttpMethod>,
    /// Null, like `voiceUrl`.
    pub sms_url: Option<String>,
    /// Null, like `voiceUrl`.
    pub status_callback: Option<String>,
    /// What it costs a month.
    pub monthly_price: Amount,
    /// What it cost once.
    pub setup_price: Option<Amount>,
    /// In which currency.
    pub currency: Currency,
    /// How it is used.
    pub usage: NumberUsage,
    /// Your labels.
    pub tags: Vec<String>,
    /// Your notes.
    pub notes: Option<String>,
    /// When it was delivered.
    pub purchased_at: Timestamp,
    /// When it became yours.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// How a number is used. Texts are not carried yet, so their counts are zero.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NumberUsage {
    /// Calls so far.
    pub total_calls: i64,
    /// Texts so far.
    pub total_sms: i64,
    /// Minutes this month, each call's rounded up.
    pub monthly_minutes: i64,
    /// Texts this month.
    pub monthly_sms: i64,
    /// When it was last called.
    pub last_used_at: Option<Timestamp>,
}

/// Your numbers in figures, without those you have released.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"totalNumbers": 1, "activeNumbers": 1, "monthlyTotal": 1.38, "currency": "USD"}))]
pub struct NumbersSummary {
    /// How many.
    pub total_numbers: i64,
    /// How many of them work.
    pub active_numbers: i64,
    /// What they cost a month.
    pub monthly_total: Amount,
    /// In which currency.
    pub currency: Currency,
}

/// A number of yours, whole.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NumberDetails {
    /// The number.
    #[serde(flatten)]
    pub number: UserNumber,
    /// Its configurations, the newest first.
    pub configurations: Vec<ConfigurationView>,
    /// Its latest calls, the newest first.
    pub recent_calls: Vec<RecentCall>,
    /// What its calls sum to.
    pub analytics: NumberAnalytics,
}

/// A configuration of a number.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "cfg_019bc0fd89c07c3a9d52b8e6f1636667", "name": "Office", "isActive": true,
    "routingRules": {
        "defaultAction": {"type": "FORWARD", "destination": "+14155550100", "options": {"timeout": 20}},
        "timeBasedRules": [], "geographicRules": [], "callerIdRules": [], "failoverRules": [],
    },
    "features": {
        "recordCalls": false, "transcribeCalls": false, "callScreening": false, "callQueue": false,
        "voicemail": true,
    },
    "createdAt": "2026-01-15T09:05:00.673Z",
}))]
pub struct ConfigurationView {
    /// Its id.
    pub id: ConfigurationId,
    /// Its name.
    pub name: String,
    /// Whether calls follow it.
    pub is_active: bool,
    /// What happens to calls.
    pub routing_rules: RoutingRules,
    /// What else.
    pub features: Features,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a number's calls sum to, month by month in UTC.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "thisMonth": {"calls": 12, "minutes": 31, "sms": 0, "cost": 0.837},
    "lastMonth": {"calls": 0, "minutes": 0, "sms": 0, "cost": 0},
}))]
pub struct NumberAnalytics {
    /// Since the first of this month.
    pub this_month: MonthSums,
    /// The month before.
    pub last_month: MonthSums,
}

/// What a month sums to.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
pub struct MonthSums {
    /// Calls.
    pub calls: i64,
    /// Their minutes, each call's rounded up.
    pub minutes: i64,
    /// Texts.
    pub sms: i64,
    /// What they cost.
    pub cost: Amount,
}

impl From<CallSums> for MonthSums {
    fn from(sums: CallSums) -> Self {
        Self { calls: sums.calls, minutes: sums.minutes, sms: 0, cost: sums.cost }
    }
}

impl From<Number> for UserNumber {
    /// Without what its calls of this month sum to.
    fn from(number: Number) -> Self {
        Self {
            id: number.id,
            phone_number: number.number,
            friendly_name: number.friendly_name,
            country_code: number.country,
            region: number.region,
            locality: number.locality,
            area_code: number.area_code,
            number_type: number.number_type,
            capabilities: number.capabilities,
            status: number.status,
            voice_url: None,
            voice_method: None,
            sms_url: None,
            status_callback: None,
            monthly_price: number.monthly_price,
            setup_price: Some(number.setup_price),
            currency: number.currency,
            usage: NumberUsage {
                total_calls: number.total_calls,
                total_sms: 0,
                monthly_minutes: 0,
                monthly_sms: 0,
                last_used_at: number.last_used_at.map(Timestamp::from),
            },
            tags: number.tags,
            notes: number.notes,
            purchased_at: number.purchased_at.into(),
            created_at: number.created_at.into(),
            updated_at: number.updated_at.into(),
        }
    }
}
