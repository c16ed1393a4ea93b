use super::*;

async fn found(bench: &Bench, path: &str) -> Vec<Value> {
    let (status, body) = bench.get(&format!("/AvailablePhoneNumbers/{path}")).await;
    assert_eq!(status, 200, "{path}: {body}");
    let keys: Vec<_> = body.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["available_phone_numbers", "uri"]);
    body["available_phone_numbers"].as_array().expect("a list").clone()
}

fn all(list: &[Value], test: impl Fn(&Value) -> bool) -> bool {
    !list.is_empty() && list.iter().all(test)
}

#[tokio::test]
async fn countries_with_the_types_that_they_have() {
    let bench = Bench::new().await;
    let (_, body) = bench.get("/AvailablePhoneNumbers.json").await;
    assert!(body["countries"].as_array().expect("a list").len() >= 50);
    let (_, us) = bench.get("/AvailablePhoneNumbers/US.json").await;
    assert_eq!(us["country"], "United States");
    let kinds: Vec<_> = us["subresource_uris"].as_object().expect("an object").keys().collect();
    assert_eq!(kinds, ["local", "toll_free"]);
    assert_eq!(code(&bench.get("/AvailablePhoneNumbers/XX.json").await), (404, 20404));
    assert_eq!(code(&bench.get("/AvailablePhoneNumbers/XX/Local.json").await), (404, 20404));
    assert_eq!(code(&bench.get("/AvailablePhoneNumbers/US/Premium.json").await), (404, 20404));
    for lacking in ["US/Mobile", "US/National", "DE/Voip", "DE/SharedCost", "DE/MachineToMachine"] {
        assert!(found(&bench, &format!("{lacking}.json")).await.is_empty(), "{lacking}");
    }
}

#[tokio::test]
async fn items_look_like_twilio_s() {
    let bench = Bench::new().await;
    let list = found(&bench, "US/Local.json?AreaCode=212&PageSize=3").await;
    assert_eq!(list.len(), 3);
    let item = &list[0];
    assert_eq!((&item["locality"], &item["region"], &item["lata"]), (&"New York".into(), &"NY".into(), &"132".into()));
    assert_eq!(item["latitude"], "40.750600");
    assert_eq!(item["address_requirements"], "none");
    let capabilities: Vec<_> = item["capabilities"].as_object().expect("an object").keys().collect();
    assert_eq!(capabilities, ["voice", "SMS", "MMS", "fax"]);
    assert!(item["friendly_name"].as_str().is_some_and(|name| name.starts_with("(212) ")));
}

#[tokio::test]
async fn every_filter_narrows() {
    let bench = Bench::new().await;
    let number = |item: &Value| item["phone_number"].as_str().expect("a number").to_owned();
    let us = async |query: &str| found(&bench, &format!("US/Local.json?{query}")).await;

    assert!(all(&us("AreaCode=415").await, |item| number(item).starts_with("+1415")));
    assert!(all(&us("Contains=510555****").await, |item| number(item).starts_with("+1510555")));
    assert!(all(&us("Contains=%2B1312").await, |item| number(item).starts_with("+1312")));
    assert!(all(&us("Contains=4242%24").await, |item| number(item).ends_with("4242")));
    assert!(all(&us("Contains=FLOWERS").await, |item| number(item).contains("3569377")));
    assert!(all(&us("Contains=206%25777").await, |item| number(item).contains("206")));
    for capability in ["Sms", "Mms", "Voice", "Fax"] {
        let list = us(&format!("{capability}Enabled=true&PageSize=40")).await;
        let key =
            if matches!(capability, "Sms" | "Mms") { capability.to_uppercase() } else { capability.to_lowercase() };
        assert!(all(&list, |item| item["capabilities"][&key] == true), "{capability}");
    }
    assert!(us("PageSize=60").await.iter().any(|item| item["capabilities"]["SMS"] == false));
    assert!(all(&us("NearLatLong=37.78,-122.42&Distance=5").await, |item| item["locality"] == "San Francisco"));
    assert!(all(&us("NearNumber=%2B13125551234&Distance=10").await, |item| item["region"] == "IL"));
    assert!(all(&us("InPostalCode=90210").await, |item| item["locality"] == "Beverly Hills"));
    assert!(all(&us("InRegion=WA").await, |item| item["region"] == "WA"));
    assert!(all(&us("InRateCenter=AUSTIN&InLata=558").await, |item| item["locality"] == "Austin"));
    assert!(all(&us("InLata=674").await, |item| item["lata"] == "674"));
    assert!(all(&us("InLocality=Seattle").await, |item| item["locality"] == "Seattle"));

    let de = async |query: &str| found(&bench, &format!("DE/Local.json?{query}")).await;
    assert!(all(&de("InLocality=Berlin").await, |item| item["locality"] == "Berlin"));
    assert!(de("ExcludeAllAddressRequired=true").await.is_empty());
    assert!(de("ExcludeLocalAddressRequired=true").await.is_empty());
    assert!(!de("ExcludeForeignAddressRequired=true").await.is_empty());
    assert!(found(&bench, "VN/Mobile.json?ExcludeForeignAddressRequired=true").await.is_empty());
    assert!(found(&bench, "KE/Local.json?Beta=false").await.is_empty());
    assert!(all(&found(&bench, "KE/Local.json?Beta=true").await, |item| item["beta"] == true));
}

#[tokio::test]
async fn pages_of_a_search() {
    let bench = Bench::new().await;
    let first = found(&bench, "GB/Mobile.json?PageSize=5").await;
    let second = found(&bench, "GB/Mobile.json?PageSize=5&Page=1").await;
    assert_eq!((first.len(), second.len()), (5, 5));
    assert!(first.iter().all(|item| !second.contains(item)));
    assert_eq!(found(&bench, "GB/Mobile.json").await.len(), 50);
    assert_eq!(code(&bench.get("/AvailablePhoneNumbers/GB/Mobile.json?PageSize=1001").await), (400, 20007));
}

#[tokio::test]
async fn what_makes_no_sense_is_400() {
    let bench = Bench::new().await;
    for query in [
        "AreaCode=41",
        "Contains=1",
        "Contains=12-34",
        "SmsEnabled=maybe",
        "NearLatLong=north",
        "NearLatLong=91,0",
        "NearLatLong=37,-122&Distance=501",
        "InRateCenter=AUSTIN",
        "PageSize=x",
    ] {
        let answer = bench.get(&format!("/AvailablePhoneNumbers/US/Local.json?{query}")).await;
        assert_eq!(answer.0, 400, "{query}: {}", answer.1);
    }
}
