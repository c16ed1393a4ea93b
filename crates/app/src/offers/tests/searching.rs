//! Searching: filters, what somebody has, prices, alternatives.

use ports::carrier::{AddressRequirement, Regulation};
use vocab::telephony::NumberType;

use super::{FIRST, SECOND, Stage, THIRD, offer};
use crate::offers::{OfferError, SearchQuery};

fn everything() -> SearchQuery {
    SearchQuery::everything("US".parse().expect("a country"), NumberType::Local, 20)
}

async fn found(stage: &Stage, query: SearchQuery) -> Vec<String> {
    let results = stage.offers.search(query).await.expect("searches");
    results.numbers.into_iter().map(|number| number.phone_number.to_string()).collect()
}

#[tokio::test]
async fn claimed_numbers_are_left_out_at_once_though_the_carrier_is_asked_once() {
    let stage = Stage::new().await;
    assert_eq!(found(&stage, everything()).await, [FIRST, SECOND, THIRD]);
    stage.claim(FIRST).await;
    assert_eq!(found(&stage, everything()).await, [SECOND, THIRD]);
    let state = stage.carrier.state();
    assert_eq!((state.searches.len(), state.price_calls), (1, 1));
    assert_eq!(state.searches[0].limit, 40);
}

#[tokio::test]
async fn the_limit_and_the_highest_price_hold() {
    let stage = Stage::new().await;
    let results = stage.offers.search(SearchQuery { limit: Some(2), ..everything() }).await.expect("searches");
    assert_eq!((results.total, results.has_more), (2, true));
    assert_eq!(results.numbers[0].pricing.monthly_price, "1.38".parse().expect("an amount"));
    let price = |text: &str| SearchQuery { price_max: text.parse().ok(), ..everything() };
    assert_eq!(found(&stage, price("1.38")).await.len(), 3);
    assert!(found(&stage, price("1.37")).await.is_empty());
}

#[tokio::test]
async fn where_nothing_matches_there_are_alternatives_of_the_same_region_first() {
    let stage = Stage::new().await;
    let query = SearchQuery { area_code: Some("646".into()), ..everything() };
    let results = stage.offers.search(query).await.expect("searches");
    let suggestions = results.suggestions.expect("suggests");
    assert_eq!(suggestions.alternative_area_codes, ["212", "415"]);
    assert_eq!(suggestions.nearby_regions, ["NY", "CA"]);
}

#[tokio::test]
async fn an_area_code_elsewhere_is_picked_out_by_us() {
    let stage = Stage::new().await;
    let offers = ["+442079460018", "+441614960018"].map(|text| offer(text, "England", AddressRequirement::None));
    stage.carrier.state().offers.extend(offers);
    let country_code = "GB".parse().expect("a country");
    let query = SearchQuery { country_code, area_code: Some("20".into()), ..everything() };
    assert_eq!(found(&stage, query).await, ["+442079460018"]);
    assert_eq!(stage.carrier.state().searches[0].area_code, None);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_by_name() {
    let stage = Stage::new().await;
    let bad = [
        ("nearLatLong", SearchQuery { near_lat_long: Some("91,0".into()), ..everything() }),
        ("nearLatLong", SearchQuery { near_lat_long: Some("NaN,inf".into()), ..everything() }),
        ("priceMax", SearchQuery { price_max: "-1".parse().ok(), ..everything() }),
        ("distance", SearchQuery { distance: Some(5), ..everything() }),
        ("areaCode", SearchQuery { area_code: Some("41".into()), ..everything() }),
        ("areaCode", SearchQuery { area_code: Some("0415".into()), ..everything() }),
        ("contains", SearchQuery { contains: Some("**7**".into()), ..everything() }),
        ("contains", SearchQuery { contains: Some("+1*".into()), ..everything() }),
        (
            "nearLatLong",
            SearchQuery {
                country_code: "GB".parse().expect("a country"),
                near_lat_long: Some("51.50,-0.12".into()),
                ..everything()
            },
        ),
    ];
    for (field, query) in bad {
        match stage.offers.search(query).await {
            Err(OfferError::Invalid(faults)) => assert_eq!(faults[0].field, field),
            other => panic!("{field}: {other:?}"),
        }
    }
    let near = SearchQuery { near_lat_long: Some("37.78, -122.42".into()), ..everything() };
    let results = stage.offers.search(near).await.expect("searches");
    assert_eq!(results.search_criteria.distance, Some(25));
}

#[tokio::test]
async fn a_number_may_be_searched_by_how_it_begins() {
    let stage = Stage::new().await;
    for asked in ["+1415", " 1415"] {
        let query = SearchQuery { contains: Some(asked.into()), ..everything() };
        let results = stage.offers.search(query).await.expect("searches");
        assert_eq!(results.search_criteria.contains.as_deref(), Some("+1415"));
        assert_eq!(stage.carrier.state().searches[0].contains.as_deref(), Some("+1415"));
    }
}

#[tokio::test]
async fn what_the_carrier_asks_for_first_stands_beside_the_number() {
    let stage = Stage::new().await;
    stage.carrier.state().offers = vec![offer(FIRST, "CA", AddressRequirement::Local)];
    let results = stage.offers.search(everything()).await.expect("searches");
    assert_eq!(
        results.numbers[0].restrictions,
        ["The carrier asks for an address of the owner in the number's country."]
    );
}

#[tokio::test]
async fn documents_stand_there_too_and_are_asked_for_once() {
    let stage = Stage::new().await;
    stage.carrier.state().regulation = Some(Regulation { individual: Some(vec!["Passport".into()]), business: None });
    for _ in 0..2 {
        let results = stage.offers.search(everything()).await.expect("searches");
        for number in results.numbers {
            assert_eq!(number.restrictions.len(), 1);
            assert!(number.restrictions[0].ends_with("of a person: Passport."), "{:?}", number.restrictions);
        }
    }
    assert_eq!(stage.carrier.state().regulation_calls, 1);
}

#[tokio::test]
async fn a_carrier_that_tells_no_regulation_spoils_no_search() {
    let stage = Stage::new().await;
    stage.carrier.state().regulation = None;
    for _ in 0..2 {
        let results = stage.offers.search(everything()).await.expect("searches");
        assert_eq!(results.total, 3);
        assert!(results.numbers.iter().all(|number| number.restrictions.is_empty()));
    }
    assert_eq!(stage.carrier.state().regulation_calls, 1, "who says nothing is left alone for a while");
}

#[tokio::test]
async fn prices_countries_and_area_codes() {
    let stage = Stage::new().await;
    let us = "US".parse().expect("a country");
    let pricing = stage.offers.pricing(us).await.expect("prices");
    assert_eq!(pricing.prices[0].monthly_price, "1.38".parse().expect("an amount"));
    assert!(pricing.prices[0].per_minute.inbound.is_positive() && pricing.prices[0].per_message.is_none());
    assert_eq!(stage.offers.country_list().await.expect("lists")[0].name, "United States");
    let codes = stage.offers.area_codes(us).await.expect("lists");
    assert!(codes.windows(2).all(|pair| pair[0].area_code < pair[1].area_code));
    assert!(codes.iter().any(|code| code.area_code == "415" && code.region.as_deref() == Some("CA")));
}
