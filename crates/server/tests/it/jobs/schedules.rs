//! Work by the clock: once each time, in one process.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use app::jobs::{Every, JobRow, Schedule, list_jobs};

use super::{
    A_FEW_LOOKS, A_LEASE_LATER, Mortal, Process, SOON,
    probe::{Doing, Probe},
};
use crate::support::{TestDb, clock::HandClock, on_both, wait::until};

on_both!(each_time_comes_to_one_process, a_job_that_fails_says_so_and_comes_again, another_process_takes_over_a_job,);

const HOURLY: Duration = Duration::from_secs(3600);

/// A job that counts its runs.
fn counting(runs: &Arc<AtomicU32>, takes: Duration, result: Result<(), &'static str>) -> Schedule {
    let runs = Arc::clone(runs);
    Schedule::new("count", Every::Interval(HOURLY), move || {
        let runs = Arc::clone(&runs);
        async move {
            runs.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(takes).await;
            result
        }
    })
}

async fn job(db: &TestDb) -> Option<JobRow> {
    list_jobs(db.store.fresh()).await.expect("the jobs are read").pop()
}

async fn ran(db: &TestDb, runs: &AtomicU32, times: u32) {
    until("the job ran", SOON, || async { (runs.load(Ordering::SeqCst) >= times).then_some(()) }).await;
    tokio::time::sleep(A_FEW_LOOKS).await;
    assert_eq!(runs.load(Ordering::SeqCst), times);
    assert!(job(db).await.is_some_and(|job| job.last_duration_ms.is_some()));
}

async fn each_time_comes_to_one_process(db: TestDb) {
    let (clock, runs) = (HandClock::default(), Arc::new(AtomicU32::new(0)));
    let (ambient, other) = (clock.ambient(), db.again().await);
    let probe = Probe::new(Doing::Wait);
    let start =
        |store| Process::start(store, &ambient, &probe, vec![counting(&runs, Duration::from_millis(20), Ok(()))]);
    let processes = [start(&db.store), start(&other), start(&db.store)];
    for times in 1..=3 {
        ran(&db, &runs, times).await;
        clock.skip(HOURLY);
    }
    for process in processes {
        process.stop().await;
    }
    let job = job(&db).await.expect("the job has a row");
    assert_eq!((job.name.as_str(), job.failures, job.last_error), ("count", 0, None));
}

async fn a_job_that_fails_says_so_and_comes_again(db: TestDb) {
    let (clock, runs) = (HandClock::default(), Arc::new(AtomicU32::new(0)));
    let ambient = clock.ambient();
    let schedules = vec![counting(&runs, Duration::ZERO, Err("the disk is full"))];
    let process = Process::start(&db.store, &ambient, &Probe::new(Doing::Wait), schedules);
    for times in 1..=2 {
        ran(&db, &runs, times).await;
        let job = job(&db).await.expect("the job has a row");
        assert_eq!((job.failures, job.last_error.as_deref()), (i64::from(times), Some("the disk is full")));
        clock.skip(HOURLY);
    }
    process.stop().await;
}

async fn another_process_takes_over_a_job(db: TestDb) {
    let (clock, stuck, runs) = (HandClock::default(), Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let (ambient, probe) = (clock.ambient(), Probe::new(Doing::Wait));
    let for_ever = vec![counting(&stuck, Duration::from_secs(600), Ok(()))];
    let mortal = Mortal::start(db.settings.clone(), ambient.clone(), Arc::clone(&probe), for_ever);
    until("the job runs", SOON, || async { (stuck.load(Ordering::SeqCst) == 1).then_some(()) }).await;
    let heir = Process::start(&db.store, &ambient, &probe, vec![counting(&runs, Duration::ZERO, Ok(()))]);
    tokio::time::sleep(A_FEW_LOOKS).await;
    assert_eq!(runs.load(Ordering::SeqCst), 0, "somebody is at it");
    mortal.kill();
    clock.skip(A_LEASE_LATER);
    ran(&db, &runs, 1).await;
    heir.stop().await;
}
