//! Pricing rules, jobs and suppliers.

use store::exec;
use vocab::{Currency, id::PricingRuleId};

use super::{Stage, amount};
use crate::{
    audit::Action,
    operators::{OperatorError, providers::ProviderChange},
    prices::{KeptRule, PricingRule, Product, ProfitType, Sold},
    web::idempotency::Scope,
};

fn rule(stage: &Stage) -> KeptRule {
    let rule = PricingRule {
        id: PricingRuleId::new(&stage.ambient),
        product: Product::Verification,
        service_code: Some("tg".into()),
        country: None,
        number_type: None,
        profit_type: ProfitType::Fixed,
        profit_value: amount("0.5"),
        priority: 0,
    };
    KeptRule { rule, is_active: true, created_at: stage.ambient.business() }
}

async fn price(stage: &Stage) -> String {
    let sold = Sold::verification("tg".into(), "US".parse().expect("a country"));
    stage.operators.prices.retail(amount("1"), Currency::USD, &sold).await.expect("a price").to_string()
}

#[tokio::test]
async fn a_rule_counts_at_once_and_each_change_is_audited() {
    let stage = Stage::new().await;
    assert_eq!(price(&stage).await, "1.2");
    let kept = rule(&stage);
    let id = kept.rule.id;
    stage.operators.make_rule(&stage.caller, &kept, None).await.expect("is made");
    assert_eq!(price(&stage).await, "1.5");
    let changed = stage.operators.change_rule(&stage.caller, id, |kept| kept.rule.profit_value = amount("2")).await;
    assert_eq!((changed.expect("is changed").profit_value, price(&stage).await), (amount("2"), "3".to_owned()));
    stage.operators.change_rule(&stage.caller, id, |kept| kept.is_active = false).await.expect("is changed");
    assert_eq!(price(&stage).await, "1.2");
    stage.operators.remove_rule(&stage.caller, id).await.expect("is removed");
    let gone = stage.operators.rule(id).await;
    assert!(matches!(gone, Err(OperatorError::NotFound)), "{gone:?}");
    let entries = stage.audited().await;
    let actions: Vec<_> = entries.iter().rev().map(|entry| entry.action).collect();
    let changed = Action::PricingRuleChanged;
    assert_eq!(actions, [Action::PricingRuleCreated, changed, changed, Action::PricingRuleRemoved]);
    let (before, after) = (entries[1].before.as_ref().expect("before"), entries[1].after.as_ref().expect("after"));
    assert_eq!((before["isActive"].as_bool(), after["isActive"].as_bool()), (Some(true), Some(false)));
    assert!(entries.iter().all(|entry| entry.user_id == Some(stage.caller.user) && entry.subject == id.to_string()));
}

#[tokio::test]
async fn a_rule_that_could_never_apply_is_refused() {
    let stage = Stage::new().await;
    let wrong = |change: fn(&mut PricingRule)| {
        let mut kept = rule(&stage);
        change(&mut kept.rule);
        kept
    };
    for (field, kept) in [
        ("product", wrong(|rule| (rule.product, rule.service_code) = (Product::Usage, None))),
        ("serviceCode", wrong(|rule| rule.product = Product::Number)),
        ("serviceCode", wrong(|rule| rule.service_code = Some("not a code".into()))),
        ("numberType", wrong(|rule| rule.number_type = Some(vocab::telephony::NumberType::Local))),
        ("profitValue", wrong(|rule| rule.profit_value = amount("10000.01"))),
    ] {
        let refused = stage.operators.make_rule(&stage.caller, &kept, None).await;
        let Err(OperatorError::Invalid(faults)) = refused else { panic!("{field}: {refused:?}") };
        assert_eq!(faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), [field]);
    }
    assert!(stage.audited().await.is_empty());
}

#[tokio::test]
async fn the_same_key_makes_one_rule() {
    let stage = Stage::new().await;
    let scope = Scope {
        account: stage.caller.account,
        operation: "admin.pricing-rules.create",
        key: "k".into(),
        fingerprint: vec![1],
    };
    let first = stage.operators.make_rule(&stage.caller, &rule(&stage), Some(&scope)).await.expect("is made");
    let second = stage.operators.make_rule(&stage.caller, &rule(&stage), Some(&scope)).await.expect("is replayed");
    assert_eq!((first.1, second.1, first.0.id), (false, true, second.0.id));
    assert_eq!(stage.count("SELECT COUNT(*) AS count FROM pricing_rules").await, 1);
}

#[tokio::test]
async fn a_job_is_brought_forward() {
    let stage = Stage::new().await;
    let wall = stage.ambient.wall();
    let next = wall + chrono::TimeDelta::days(1);
    stage
        .store
        .write(|tx| async move {
            let sql = "INSERT INTO scheduled_jobs (name, schedule, next_run_at, failures) VALUES ('daily', 'd', $1, 2)";
            exec(&tx, sql, [next.into()]).await
        })
        .await
        .expect("a job");
    let job = stage.operators.run_job(&stage.caller, "daily").await.expect("is due");
    assert!(job.next_run_at.0 >= wall && job.next_run_at.0 <= stage.ambient.wall() && !job.is_running);
    assert_eq!((job.failures, stage.operators.jobs().await.expect("reads").len()), (2, 1));
    let unknown = stage.operators.run_job(&stage.caller, "hourly").await;
    assert!(matches!(unknown, Err(OperatorError::NotFound)), "{unknown:?}");
    assert_eq!(stage.audited().await.len(), 1);
}

#[tokio::test]
async fn a_supplier_is_disabled_and_preferred() {
    let stage = Stage::new().await;
    let now = stage.ambient.business();
    stage
        .store
        .write(|tx| async move {
            let sql = "INSERT INTO suppliers (name, is_enabled, priority, health, health_since, failures, updated_at) \
                       VALUES ('FIRST', true, 0, 'HEALTHY', $1, 0, $1)";
            exec(&tx, sql, [now.into()]).await
        })
        .await
        .expect("a supplier");
    let change = ProviderChange { is_enabled: Some(false), ..ProviderChange::default() };
    let view = stage.operators.change_provider(&stage.caller, "FIRST", &change).await.expect("is changed");
    assert_eq!((view.is_enabled, view.priority, view.is_connected), (false, 0, false));
    let change = ProviderChange { priority: Some(7), ..ProviderChange::default() };
    stage.operators.change_provider(&stage.caller, "FIRST", &change).await.expect("is changed");
    let view = stage.operators.provider("FIRST").await.expect("is there");
    assert_eq!((view.is_enabled, view.priority), (false, 7));
    let nobody = stage.operators.change_provider(&stage.caller, "SECOND", &change).await;
    assert!(matches!(nobody, Err(OperatorError::NotFound)), "{nobody:?}");
    assert_eq!(stage.audited().await.len(), 2);
}
