//! Payments and accounts as the API shows them.

use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use vocab::{
    Amount, Currency,
    id::{AccountId, PaymentId, PaymentMethodId},
};

use super::{
    BillingAccount, Browser, Deposited, Payment, PaymentProcessor, PaymentStatus,
    model::{INVALID_REQUEST, MISCONFIGURED, UPSTREAM_CODES},
};
use crate::{
    ledger::Wallet,
    web::{ApiError, ErrorCode, Timestamp},
};

/// A payment.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "pay_019bc0fd89c07c3a9d52b8e6f1706179", "amount": 50, "currency": "USD", "status": "SUCCEEDED",
    "processor": "STRIPE", "paymentMethod": "visa •••• 4242", "processedAt": "2026-01-15T09:30:00.389Z",
    "createdAt": "2026-01-15T09:30:00.266Z",
}))]
pub struct PaymentView {
    /// Its id.
    pub id: PaymentId,
    /// How much.
    pub amount: Amount,
    /// Of what.
    pub currency: Currency,
    /// Where it is.
    pub status: PaymentStatus,
    /// Who moves the money.
    pub processor: PaymentProcessor,
    /// What it is paid with, in words, such as `visa •••• 4242`; null while nobody knows.
    pub payment_method: Option<String>,
    /// The saved payment method it is paid with, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_method_id: Option<PaymentMethodId>,
    /// Why it failed, or why the payer's last attempt did; the processor's own code, such as `insufficient_funds`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_code: Option<String>,
    /// When it became final.
    pub processed_at: Option<Timestamp>,
    /// When it was asked for.
    pub created_at: Timestamp,
}

impl From<Payment> for PaymentView {
    fn from(payment: Payment) -> Self {
        Self {
            id: payment.id,
            amount: payment.money.amount,
            currency: payment.money.currency,
            status: payment.status,
            processor: payment.processor,
            payment_method: payment.method_label,
            payment_method_id: payment.method_id,
            failure_code: payment.failure_code,
            processed_at: payment.processed_at.map(Timestamp::from),
            created_at: payment.created_at.into(),
        }
    }
}

/// A deposit, and what the payer has to do for it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DepositView {
    /// The payment.
    pub payment: PaymentView,
    /// The payer must confirm it (3-D Secure, for example).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requires_action: Option<RequiredAction>,
    /// Lets the processor's code in the browser take a payment method; given when the request named none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
}

/// What the payer must do.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequiredAction {
    /// Lets the processor's code in the browser finish the payment.
    pub client_secret: Option<String>,
    /// Or where to send the browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_url: Option<String>,
}

impl DepositView {
    pub(super) fn new(payment: Payment, browser: Option<Browser>) -> Self {
        let payment = payment.into();
        match browser {
            Some(Browser { client_secret, redirect_url, must_confirm: true }) => {
                let requires_action = Some(RequiredAction { client_secret, redirect_url });
                Self { payment, requires_action, client_secret: None }
            }
            browser => {
                let client_secret = browser.and_then(|browser| browser.client_secret);
                Self { payment, requires_action: None, client_secret }
            }
        }
    }
}

/// What a processor says of a means of payment that it does not know, or that is not this customer's to use: nobody was
/// asked for money, so it is the request that is wrong. The first is Stripe's for an unknown `pm_…`
/// (<https://docs.stripe.com/error-codes>), the last ours where it gives no code.
const UNUSABLE_METHOD: [&str; 6] = [
    "resource_missing",
    "payment_method_invalid_parameter",
    "payment_method_unexpected_state",
    "payment_method_not_available",
    "parameter_invalid_string_blank",
    INVALID_REQUEST,
];

/// A deposit that came to nothing: 400 where the means of payment is none, 402 where the payer can help it, 503 where the operator has to, else 502. The payment
/// stands in the details, as it stands in the history.
pub(super) fn failure(deposited: Deposited) -> ApiError {
    let payment = PaymentView::from(deposited.payment);
    let code = payment.failure_code.as_deref().unwrap_or("declined");
    if UNUSABLE_METHOD.contains(&code) {
        let message = format!("is no payment method that can be used here, says the processor ({code})");
        return ApiError::bad_field("paymentMethodId", message);
    }
    let error = if code == MISCONFIGURED {
        let message = "The payment processor refuses our credentials; the operator has to set it up \
                       (STRIPE_SECRET_KEY). Nothing was credited";
        ApiError::new(ErrorCode::Unavailable, message)
    } else if UPSTREAM_CODES.contains(&code) {
        let message = format!("The payment processor could not take the payment ({code}); nothing was credited");
        ApiError::new(ErrorCode::UpstreamError, message)
    } else {
        let message = format!("The payment was declined ({code}); try another payment method");
        ApiError::new(ErrorCode::PaymentDeclined, message)
    };
    error.details(json!({ "payment": payment }))
}

vocab::wire_enum! {
    /// How often an account is billed.
    pub enum BillingCycle {
        /// Every month.
        Monthly = "MONTHLY",
        /// Every three months.
        Quarterly = "QUARTERLY",
        /// Every year.
        Annually = "ANNUALLY",
    }
}

/// An account's money.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "acc_019bc0fd89c07c3a9d52b8e6f1616363", "company": "Analytical Engines Ltd", "accountBalance": 48.62,
    "ledgerBalance": 50, "heldAmount": 1.38, "creditLimit": 0, "currency": "USD", "otherBalances": [],
    "autoPayEnabled": false, "billingCycle": "MONTHLY", "isActive": true, "isSuspended": false,
    "createdAt": "2026-01-12T08:12:41.180Z", "updatedAt": "2026-01-15T09:30:00.389Z",
}))]
pub struct BillingAccountView {
    /// The account.
    pub id: AccountId,
    /// The company's name.
    pub company: Option<String>,
    /// The tax number; null until accounts can have one.
    pub tax_id: Option<String>,
    /// Where bills go; null until accounts can have one.
    #[schema(value_type = Option<Object>)]
    pub billing_address: Option<Value>,
    /// What can be spent: `ledgerBalance` − `heldAmount`.
    pub account_balance: Amount,
    /// What the ledger's entries sum to.
    pub ledger_balance: Amount,
    /// What is set aside for orders under way.
    pub held_amount: Amount,
    /// How far below zero spending may go.
    pub credit_limit: Option<Amount>,
    /// Of all these amounts.
    pub currency: Currency,
    /// What deposits in other currencies have brought. Prices are in `currency`.
    pub other_balances: Vec<BalanceView>,
    /// Whether bills are paid by themselves.
    pub auto_pay_enabled: bool,
    /// The payment method that bills are paid with.
    pub default_payment_method: Option<String>,
    /// How often the account is billed.
    pub billing_cycle: BillingCycle,
    /// When it is billed next.
    pub next_billing_date: Option<Timestamp>,
    /// Whether it may spend.
    pub is_active: bool,
    /// Whether the operator has suspended it.
    pub is_suspended: bool,
    /// Why.
    pub suspension_reason: Option<String>,
    /// Stripe's id of it.
    pub stripe_customer_id: Option<String>,
    /// PayPal's id of it.
    pub paypal_customer_id: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A wallet in another currency.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BalanceView {
    /// Of these amounts.
    pub currency: Currency,
    /// What can be spent: `ledgerBalance` − `heldAmount`.
    pub account_balance: Amount,
    /// What the ledger's entries sum to.
    pub ledger_balance: Amount,
    /// What is set aside for orders under way.
    pub held_amount: Amount,
}

impl From<Wallet> for BalanceView {
    fn from(wallet: Wallet) -> Self {
        Self {
            currency: wallet.currency,
            account_balance: wallet.available(),
            ledger_balance: wallet.balance,
            held_amount: wallet.held,
        }
    }
}

impl From<BillingAccount> for BillingAccountView {
    fn from(billing: BillingAccount) -> Self {
        let wallet = billing.wallet;
        Self {
            id: billing.account,
            company: billing.company,
            tax_id: None,
            billing_address: None,
            account_balance: wallet.available(),
            ledger_balance: wallet.balance,
            held_amount: wallet.held,
            credit_limit: Some(wallet.credit_limit),
            currency: wallet.currency,
            other_balances: billing.other_wallets.into_iter().map(BalanceView::from).collect(),
            auto_pay_enabled: false,
            default_payment_method: None,
            billing_cycle: BillingCycle::Monthly,
            next_billing_date: None,
            is_active: billing.suspended.is_none(),
            is_suspended: billing.suspended.is_some(),
            suspension_reason: billing.suspended.and_then(|suspension| suspension.reason),
            stripe_customer_id: billing.stripe_customer,
            paypal_customer_id: billing.paypal_customer,
            created_at: billing.created_at.into(),
            updated_at: billing.updated_at.into(),
        }
    }
}
