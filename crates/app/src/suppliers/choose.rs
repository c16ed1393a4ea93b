//! Which supplier is asked first. Pure.

use chrono::{DateTime, TimeDelta, Utc};

use super::model::{Candidate, Health, Record};

/// For how long a supplier that refused to sell something is asked for it after the others.
const SULKS: TimeDelta = TimeDelta::seconds(120);

/// From how many measured rentals on a supplier's record counts.
const ENOUGH: u32 = 20;

/// How many of a thousand rentals get a text, smoothed; all of them until there is enough to measure, so that a new
/// supplier is tried.
fn per_mille(record: Record) -> i128 {
    if record.orders < ENOUGH { 1000 } else { i128::from(record.codes + 1) * 1000 / i128::from(record.orders + 2) }
}

/// The candidates, whom to ask first at the front: the preferred one, then the healthy ones that did not just refuse, by
/// what a text really costs there (price ÷ success), then the operator's priority, then by speed.
pub fn rank(mut candidates: Vec<Candidate>, preferred: Option<&str>, wall: DateTime<Utc>) -> Vec<Candidate> {
    candidates.sort_by_cached_key(|candidate| {
        let real_cost = i128::from(candidate.cost.amount.micros()) * 1000 / per_mille(candidate.record).max(1);
        let speed = candidate.record.median_seconds.filter(|_| candidate.record.orders >= ENOUGH);
        (
            preferred != Some(candidate.supplier.as_str()),
            candidate.health != Health::Healthy,
            candidate.refused_at.is_some_and(|at| wall - at < SULKS),
            real_cost,
            -candidate.priority,
            speed.unwrap_or(0),
            candidate.supplier.clone(),
        )
    });
    candidates
}

#[cfg(test)]
mod tests {
    use vocab::{Ambient, Currency, Money};

    use super::*;

    fn candidate(supplier: &str, cost: &str) -> Candidate {
        Candidate {
            supplier: supplier.into(),
            vendor_service: "1".into(),
            vendor_country: "5".into(),
            cost: Money::new(cost.parse().expect("an amount"), Currency::USD),
            health: Health::Healthy,
            priority: 0,
            stock: 1,
            refused_at: None,
            record: Record::default(),
        }
    }

    fn first(candidates: Vec<Candidate>, preferred: Option<&str>) -> String {
        rank(candidates, preferred, Ambient::fixed(1).wall()).remove(0).supplier
    }

    #[test]
    fn the_cheapest_healthy_one_unless_preferred() {
        let (dear, cheap) = (candidate("DEAR", "0.60"), candidate("CHEAP", "0.50"));
        assert_eq!(first(vec![dear.clone(), cheap.clone()], None), "CHEAP");
        assert_eq!(first(vec![dear.clone(), cheap.clone()], Some("DEAR")), "DEAR");
        let degraded = Candidate { health: Health::Degraded, ..cheap };
        assert_eq!(first(vec![dear, degraded], None), "DEAR");
    }

    #[test]
    fn who_just_refused_is_asked_after_the_others() {
        let wall = Ambient::fixed(1).wall();
        let refused =
            |seconds| Candidate { refused_at: Some(wall - TimeDelta::seconds(seconds)), ..candidate("CHEAP", "0.50") };
        assert_eq!(first(vec![candidate("DEAR", "0.60"), refused(119)], None), "DEAR");
        assert_eq!(first(vec![candidate("DEAR", "0.60"), refused(120)], None), "CHEAP");
        assert_eq!(first(vec![refused(1)], None), "CHEAP");
    }

    #[test]
    fn a_record_counts_once_there_is_enough_of_it() {
        let dear = candidate("DEAR", "0.60");
        let poor = |orders| Candidate {
            record: Record { orders, codes: 2, median_seconds: Some(9) },
            ..candidate("CHEAP", "0.50")
        };
        assert_eq!(first(vec![dear.clone(), poor(19)], None), "CHEAP");
        assert_eq!(first(vec![dear, poor(20)], None), "DEAR");
    }

    #[test]
    fn the_operators_priority_decides_between_equals() {
        let (a, b) = (candidate("A", "0.50"), Candidate { priority: 5, ..candidate("B", "0.50") });
        assert_eq!(first(vec![a, b], None), "B");
    }
}
