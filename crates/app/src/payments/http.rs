//! The customer's API of payments and of the account's money, and the processor's webhooks.

use std::sync::Arc;

use axum::{
    extract::State,
    http::HeaderValue,
    response::{IntoResponse, Response},
};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use vocab::{Amount, Currency, id};

use super::{
    Filter, PaymentStatus, Payments, Request,
    render::{self, BillingAccountView, DepositView, PaymentView},
};
use crate::web::{
    Accepted, Answer, ApiError, ApiResult, Body, Caller, Created, Envelope, ErrorEnvelope, IdempotencyKey, List, Ok200,
    PageQuery, Paged, PathId, Since, Until,
    envelope::IDEMPOTENT_REPLAYED,
    idempotency::Scope,
    inbound::{Origin, Webhook},
};

/// Money to pay in.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"amount": 50, "currency": "USD", "paymentMethodId": "pm_card_visa"}))]
pub struct DepositRequest {
    /// How much, in whole minor units of the currency (cents): what is not is refused, never rounded.
    #[garde(skip)]
    pub amount: Amount,
    /// Of what; USD unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub currency: Option<Currency>,
    /// A saved payment method (`pmt_…`) or the processor's own token (`pm_card_visa`). Without one the answer
    /// has a `clientSecret`, with which the browser takes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(max = 255))]
    #[schema(max_length = 255)]
    pub payment_method_id: Option<String>,
    /// Where the browser comes back to from a redirect. Without one no method that redirects is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(max = 2048))]
    #[schema(max_length = 2048)]
    pub return_url: Option<String>,
    /// Whether to save the payment method for later deposits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub save_payment_method: Option<bool>,
}

impl From<DepositRequest> for Request {
    fn from(body: DepositRequest) -> Self {
        Self {
            amount: body.amount,
            currency: body.currency,
            method: body.payment_method_id,
            return_url: body.return_url,
            save_method: body.save_payment_method.unwrap_or(false),
        }
    }
}

/// Pay money into the wallet
///
/// Charges a means of payment and credits the wallet once the money came in. A 202 tells that it is under way, or that
/// the payer has to confirm it with `clientSecret` in the browser; the processor's news then credits the wallet. Send
/// an Idempotency-Key: a repeat never charges twice.
#[utoipa::path(post, path = "/payments/deposit", tag = "payments", operation_id = "createDeposit",
    params(IdempotencyKey),
    request_body = DepositRequest,
    responses((status = 201, description = "Paid; the wallet is credited", body = Envelope<DepositView>),
              (status = 202, description = "Under way, or the payer's turn", body = Envelope<DepositView>,
               example = json!({
                   "data": {
                       "payment": {"status": "PENDING", "paymentMethod": null, "processedAt": null},
                       "clientSecret": "pi_qWA33rrQcASNGi6qAr77lS0i_secret_A35EK0UvibMU1H47hsnCBqRYC",
                   },
               })),
              (status = 402, description = "Declined; details hold the payment", body = ErrorEnvelope,
               example = json!({"error": {"code": "PAYMENT_DECLINED"}})),
              (status = 404, description = "No such saved payment method", body = ErrorEnvelope),
              (status = 502, description = "The processor failed; details hold the payment", body = ErrorEnvelope)))]
pub async fn deposit(
    State(payments): State<Arc<Payments>>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Body(body): Body<DepositRequest>,
) -> ApiResult<Response> {
    let scope = Scope::of(caller.account, "payments.deposit", key, &body);
    let deposited = payments.deposit(caller.account, caller.user, &body.into(), scope).await?;
    let (status, replayed) = (deposited.payment.status, deposited.replayed);
    if !status.is_open() && !status.came_in() {
        let error = render::failure(deposited);
        return Err(if replayed { error.header(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true")) } else { error });
    }
    let view = DepositView::new(deposited.payment, deposited.browser);
    let answer: Answer<_> = if status.came_in() { Created(view).into() } else { Accepted(view).into() };
    Ok(answer.replayed(replayed).into_response())
}

/// What a list of payments is narrowed to.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PaymentsQuery {
    /// In one of these.
    #[serde(default)]
    #[garde(length(max = 10))]
    #[schema(max_items = 10)]
    #[param(max_items = 10)]
    pub status: Vec<PaymentStatus>,
    /// Made at this time or later; a day in UTC counts from its beginning.
    #[garde(skip)]
    #[param(inline)]
    pub date_from: Option<Since>,
    /// Made before this time; a day in UTC counts to its end.
    #[garde(skip)]
    #[param(inline)]
    pub date_to: Option<Until>,
}

/// List payments
///
/// The account's payments, newest first, those that failed too.
#[utoipa::path(get, path = "/payments/history", tag = "payments", operation_id = "listPayments",
    params(PaymentsQuery, PageQuery),
    responses((status = 200, description = "The payments", body = Envelope<List<PaymentView>>)))]
pub async fn history(
    State(payments): State<Arc<Payments>>,
    caller: Caller,
    Paged(query, page): Paged<PaymentsQuery>,
) -> ApiResult<Ok200<List<PaymentView>>> {
    let filter = Filter {
        statuses: query.status,
        from: query.date_from.map(|since| since.0),
        before: query.date_to.map(|until| until.0),
    };
    let list = payments.history(caller.account, &filter, &page).await.map_err(ApiError::internal)?;
    Ok(Ok200(list.map(PaymentView::from)))
}

/// Show a payment
///
/// One of the account's payments, and what became of it.
#[utoipa::path(get, path = "/payments/{id}", tag = "payments", operation_id = "showPayment",
    params(("id" = String, Path, description = "The payment")),
    responses((status = 200, description = "The payment", body = Envelope<PaymentView>)))]
pub async fn show(
    State(payments): State<Arc<Payments>>,
    caller: Caller,
    PathId(id): PathId<id::Payment>,
) -> ApiResult<Ok200<PaymentView>> {
    let payment = payments.find(caller.account, id).await.map_err(ApiError::internal)?;
    payment.map(|payment| Ok200(payment.into())).ok_or_else(ApiError::not_found)
}

/// Show the account's money
///
/// What the wallet holds, how much of it is set aside for open orders, and how the account is billed.
#[utoipa::path(get, path = "/billing/account", tag = "billing", operation_id = "showBillingAccount",
    responses((status = 200, description = "The account's money", body = Envelope<BillingAccountView>)))]
pub async fn billing_account(
    State(payments): State<Arc<Payments>>,
    caller: Caller,
) -> ApiResult<Ok200<BillingAccountView>> {
    let billing = payments.billing_account(caller.account).await.map_err(ApiError::internal)?;
    billing.map(|billing| Ok200(billing.into())).ok_or_else(ApiError::not_found)
}

/// That a webhook arrived.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct Received {
    /// Always true.
    pub received: bool,
}

/// Take in the processor's news
///
/// An event of the payment processor. Needs no login: the signature in Stripe-Signature proves the sender.
#[utoipa::path(post, path = "/payments/webhook", tag = "webhooks", operation_id = "receivePaymentEvent",
    request_body(content = Object, description = "An event of the processor",
                 example = json!({
                     "id": "evt_1SpK3u2eZvKYlo2C", "type": "payment_intent.succeeded",
                     "data": {
                         "object": {
                             "id": "pi_3SpK3t2eZvKYlo2C", "object": "payment_intent", "amount": 5000,
                             "currency": "usd", "status": "succeeded",
                         },
                     },
                 })),
    responses((status = 200, description = "Taken in, or nothing that we act on", body = Envelope<Received>),
              (status = 400, description = "The signature does not hold", body = ErrorEnvelope),
              (status = 404, description = "No processor is connected", body = ErrorEnvelope)))]
pub async fn webhook(
    State(payments): State<Arc<Payments>>,
    request: axum::extract::Request,
) -> ApiResult<Ok200<Received>> {
    receive(&payments, request).await
}

/// Take in Stripe's news
///
/// The same as `/payments/webhook`, under the path that names the processor. Needs no login: the signature in
/// Stripe-Signature proves the sender.
#[utoipa::path(post, path = "/webhooks/stripe/payment", tag = "webhooks", operation_id = "receiveStripeEvent",
    request_body(content = Object, description = "An event of Stripe",
                 example = json!({
                     "id": "evt_1SpK3u2eZvKYlo2C", "type": "payment_intent.succeeded",
                     "data": {
                         "object": {
                             "id": "pi_3SpK3t2eZvKYlo2C", "object": "payment_intent", "amount": 5000,
                             "currency": "usd", "status": "succeeded",
                         },
                     },
                 })),
    responses((status = 200, description = "Taken in, or nothing that we act on", body = Envelope<Received>),
              (status = 400, description = "The signature does not hold", body = ErrorEnvelope),
              (status = 404, description = "No processor is connected", body = ErrorEnvelope)))]
pub async fn stripe_webhook(
    State(payments): State<Arc<Payments>>,
    request: axum::extract::Request,
) -> ApiResult<Ok200<Received>> {
    receive(&payments, request).await
}

async fn receive(payments: &Payments, request: axum::extract::Request) -> ApiResult<Ok200<Received>> {
    // A processor signs the body, not the address it is sent to.
    let webhook = Webhook::read(&Origin::default(), request).await?;
    payments.webhook(&webhook.request(payments.now())).await?;
    Ok(Ok200(Received { received: true }))
}
