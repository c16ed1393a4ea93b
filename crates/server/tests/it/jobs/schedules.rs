//! Work by the clock: once each time, in one process.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use app::jobs::{Every, JobRow, Schedule, list_jobs};
use chrono::TimeDelta;

use super::{
    A_FEW_LOOKS, A_LEASE_LATER, Mortal, Process, SOON,
    probe::{Doing, Probe},
};
use crate::support::{TestDb, clock::HandClock, on_both, wait::until};

on_both!(
    each_time_comes_to_one_process,
    a_job_that_fails_says_so_and_comes_again_soon,
    another_process_takes_over_a_job,
);

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

/// The job's row once no process is at it and it is as wanted.
async fn settled(db: &TestDb, wanted: impl Fn(&JobRow) -> bool) -> JobRow {
    let asked = || async { job(db).await.filter(|job| job.lease_until.is_none() && wanted(job)) };
    until("the job has ended so", SOON, asked).await
}

/// How many seconds after the end of its last run a job comes again.
fn pause(job: &JobRow) -> f64 {
    let began = job.last_run_at.expect("it ran");
    let took = TimeDelta::milliseconds(job.last_duration_ms.expect("it ended"));
    (job.next_run_at - began - took).as_seconds_f64()
}

async fn a_job_that_fails_says_so_and_comes_again_soon(db: TestDb) {
    let (clock, runs) = (HandClock::default(), Arc::new(AtomicU32::new(0)));
    let ambient = clock.ambient();
    let schedules = vec![counting(&runs, Duration::ZERO, Err("the disk is full"))];
    let process = Process::start(&db.store, &ambient, &Probe::new(Doing::Wait), schedules);
    let mut failures = 0;
    while failures < 4 {
        let job = settled(&db, |job| job.failures > failures).await;
        failures = job.failures;
        assert_eq!(job.last_error.as_deref(), Some("the disk is full"));
        // Twice as long each time, give or take a tenth.
        let usual = 2_f64.powi(i32::try_from(failures).expect("is small") - 1);
        assert!((0.89 * usual..1.11 * usual).contains(&pause(&job)), "{failures}: {job:?}");
        clock.skip(Duration::from_secs_f64(usual * 1.1));
    }
    process.stop().await;

    let schedules = vec![counting(&runs, Duration::ZERO, Ok(()))];
    let process = Process::start(&db.store, &ambient, &Probe::new(Doing::Wait), schedules);
    clock.skip(Duration::from_secs(60));
    let job = settled(&db, |job| job.last_error.is_none()).await;
    assert!((pause(&job) - HOURLY.as_secs_f64()).abs() < 0.01, "{job:?}");
    process.stop().await;
    let schedules = vec![counting(&runs, Duration::ZERO, Err("again"))];
    let process = Process::start(&db.store, &ambient, &Probe::new(Doing::Wait), schedules);
    clock.skip(HOURLY);
    let job = settled(&db, |job| job.last_error.is_some()).await;
    assert!(pause(&job) < 1.11 * 2_f64.powi(i32::try_from(job.failures - failures).expect("is small") - 1), "{job:?}");
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
