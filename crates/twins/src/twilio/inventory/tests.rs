use super::*;

fn us() -> &'static Country {
    country("US".parse().expect("a code")).expect("on sale")
}

fn find(filters: &Filters, limit: usize) -> Vec<Listing> {
    search(us(), Kind::Local, filters, (0, limit), |_| false)
}

#[test]
fn every_offer_has_valid_numbers_of_its_country_and_type() {
    assert!(TABLES.countries.len() >= 50);
    for country in &TABLES.countries {
        for offer in &country.offers {
            let found = search(country, offer.kind, &Filters::default(), (0, 12), |_| false);
            assert_eq!(found.len(), 12, "{} {:?}", country.iso, offer.kind);
            for listing in found {
                let number: E164 = listing.number.parse().expect("E.164");
                assert!(number.is_valid(), "{number}");
                if listing.offer.kind != Kind::TollFree || country.iso.as_str() != "CA" {
                    let again = lookup(&number).expect("what is offered can be bought");
                    assert_eq!((again.country.iso, again.offer.kind), (country.iso, offer.kind), "{number}");
                    assert_eq!(again.can, listing.can);
                }
            }
        }
    }
}

#[test]
fn every_block_has_numbers() {
    for block in &TABLES.blocks {
        let country = country(block.country.parse().expect("a code")).expect("a country of the table");
        assert!(country.offer(block.kind).is_some(), "{block:?}");
        let mut candidates = generate::Candidates::new(block, None);
        let found = std::iter::from_fn(|| candidates.next())
            .take(200)
            .filter(|digits| Listing::of(country, block, generate::place(block, digits), digits).is_some())
            .count();
        assert!(found >= 10, "{found} of 200 in {block:?}");
    }
}

#[test]
fn a_search_is_the_same_each_time_and_pages_follow_one_another() {
    let numbers = |skip| -> Vec<_> {
        search(us(), Kind::Local, &Filters::default(), (skip, 30), |_| false).into_iter().map(|l| l.number).collect()
    };
    assert_eq!(numbers(0), numbers(0));
    assert!(numbers(0).iter().all(|number| !numbers(30).contains(number)));
}

#[test]
fn thousands_in_one_area() {
    let filters = Filters { area_code: Some("415".to_owned()), ..Filters::default() };
    let found = find(&filters, 1500);
    assert_eq!(found.len(), 1500);
    assert!(found.iter().all(|listing| listing.number.starts_with("+1415")));
    let towns: std::collections::HashSet<_> = found.iter().filter_map(|l| l.place?.locality).collect();
    assert_eq!(towns.len(), 3);
}

#[test]
fn vanity_numbers_are_found_among_millions() {
    let filters = Filters { contains: Pattern::parse("212FLOWERS").ok(), ..Filters::default() };
    assert_eq!(find(&filters, 5)[0].number, "+12123569377");
    let filters = Filters { contains: Pattern::parse("+1%4242$").ok(), ..Filters::default() };
    let found = find(&filters, 20);
    assert_eq!(found.len(), 20);
    assert!(found.iter().all(|listing| listing.number.ends_with("4242")));
}

#[test]
fn places_filter() {
    let circle = |miles| Filters { near: Some(Circle { position: (37.78, -122.42), miles }), ..Filters::default() };
    assert!(find(&circle(5.0), 30).iter().all(|l| l.place.and_then(|p| p.locality) == Some("San Francisco")));
    assert!(find(&circle(25.0), 30).len() == 30);
    assert!(
        find(&Filters { region: Some("tx".to_owned()), ..Filters::default() }, 40)
            .iter()
            .all(|l| l.place.and_then(|p| p.region) == Some("TX"))
    );
    let towns = [("locality", "Austin"), ("lata", "558"), ("rate", "AUSTIN"), ("postal", "78701")];
    for (what, value) in towns {
        let wanted = Some(value.to_owned());
        let mut filters = Filters::default();
        match what {
            "locality" => filters.locality = wanted,
            "lata" => filters.lata = wanted,
            "rate" => filters.rate_center = wanted,
            _ => filters.postal_code = wanted,
        }
        let found = find(&filters, 10);
        assert_eq!(found.len(), 10, "{what}");
        assert!(found.iter().all(|listing| listing.number[2..5].parse::<u16>().is_ok_and(|c| c == 512 || c == 737)));
    }
}

#[test]
fn what_somebody_has_is_not_offered() {
    let filters = Filters { contains: Pattern::parse("4155551234").ok(), ..Filters::default() };
    assert_eq!(find(&filters, 5).len(), 1);
    assert!(search(us(), Kind::Local, &filters, (0, 5), |number| number == "+14155551234").is_empty());
}

#[test]
fn a_number_outside_of_the_blocks_can_be_bought() {
    let number: E164 = "+12685551234".parse().expect("E.164");
    assert!(lookup(&number).is_none(), "Antigua is not on sale");
    let number: E164 = "+498912345678".parse().expect("E.164");
    assert_eq!(lookup(&number).expect("Munich").place.and_then(|p| p.locality), Some("Munich"));
    let number: E164 = "+49228123456".parse().expect("E.164");
    assert!(lookup(&number).expect("Bonn").place.is_none());
}
