//! Steps: enqueued with their cause, run by one process at a time.

use std::{sync::Arc, time::Duration};

use app::jobs::{self, StepRef};
use chrono::TimeDelta;
use store::DbErr;
use vocab::Ambient;

use super::{
    A_FEW_LOOKS, A_LEASE_LATER, Mortal, Process, SOON, enqueue, enqueue_step,
    probe::{Doing, OTHER, Probe},
    row, step, steps_left,
};
use crate::support::{TestDb, clock::HandClock, on_both, wait::until};

on_both!(
    a_step_of_a_transaction_that_rolled_back_is_not_there,
    a_leased_step_waits_for_the_end_of_its_lease,
    a_lease_is_renewed_while_its_step_runs,
    two_processes_share_two_hundred_steps_and_none_twice,
    another_process_takes_over_from_the_dead,
    a_failing_step_is_tried_again_later_and_later,
    a_handler_that_panics_stops_nobody,
    a_step_that_asks_for_it_comes_again,
    a_step_is_there_once_at_its_earliest_time,
    a_step_that_is_asked_for_while_it_runs_runs_once_more,
    a_step_that_waits_is_not_put_off_by_its_own_end,
    what_is_in_flight_is_finished_at_a_stop,
    a_step_that_its_own_process_runs_needs_no_one_to_wait,
    a_kind_whose_steps_hang_leaves_places_to_the_others,
);

async fn gone(store: &store::Store) {
    until("every step is done", SOON, || async { (steps_left(store).await == 0).then_some(()) }).await;
}

async fn a_step_of_a_transaction_that_rolled_back_is_not_there(db: TestDb) {
    let (ambient, subject) = (&Ambient::system(), Ambient::system().uuid());
    let lost: Result<(), DbErr> = db
        .store
        .write(|tx| async move {
            jobs::enqueue_at(&tx, ambient, step(subject), ambient.wall()).await?;
            Err(DbErr::Custom("the rest failed".into()))
        })
        .await;
    assert!(lost.is_err() && row(&db.store, subject).await.is_none());
}

/// Its owner committed it and died before it ran it.
async fn a_leased_step_waits_for_the_end_of_its_lease(db: TestDb) {
    let (clock, probe) = (HandClock::default(), Probe::new(Doing::Work(Duration::ZERO)));
    let (ambient, subject) = (&clock.ambient(), Ambient::system().uuid());
    let dead = ambient.uuid();
    let write = |tx| async move { jobs::enqueue(&tx, ambient, step(subject), dead).await };
    db.store.write(write).await.expect("the step is enqueued");
    let process = Process::start(&db.store, ambient, &probe, Vec::new());
    tokio::time::sleep(A_FEW_LOOKS).await;
    assert_eq!(probe.runs(), 0, "the lease is another's");
    clock.skip(A_LEASE_LATER);
    gone(&db.store).await;
    assert_eq!(probe.runs_of(subject), 1);
    process.stop().await;
}

async fn a_lease_is_renewed_while_its_step_runs(db: TestDb) {
    let (clock, probe) = (HandClock::default(), Probe::new(Doing::Wait));
    let (ambient, subject) = (clock.ambient(), Ambient::system().uuid());
    let processes: Vec<_> = (0..2).map(|_| Process::start(&db.store, &ambient, &probe, Vec::new())).collect();
    enqueue(&db.store, &ambient, subject).await;
    until("it runs", SOON, || async { (probe.runs() == 1).then_some(()) }).await;
    // A lease lasts ten seconds and is renewed every third of that.
    clock.skip(Duration::from_secs(6));
    tokio::time::sleep(Duration::from_millis(3600)).await;
    clock.skip(Duration::from_secs(5));
    tokio::time::sleep(A_FEW_LOOKS).await;
    assert_eq!(probe.runs(), 1, "the lease was renewed");
    probe.let_go();
    gone(&db.store).await;
    assert_eq!(probe.runs(), 1);
    for process in processes {
        process.stop().await;
    }
}

async fn two_processes_share_two_hundred_steps_and_none_twice(db: TestDb) {
    let (ambient, store) = (Ambient::system(), db.again().await);
    // Both report to one place what they run, so that an overlap is seen.
    let probe = Probe::new(Doing::Work(Duration::from_millis(5)));
    let subjects: Vec<_> = (0..200).map(|_| ambient.uuid()).collect();
    let (all, clock) = (&subjects, &ambient);
    let write = |tx| async move {
        for subject in all {
            jobs::enqueue_at(&tx, clock, step(*subject), clock.wall()).await?;
        }
        Ok::<_, DbErr>(())
    };
    db.store.write(write).await.expect("the steps are enqueued");
    let processes =
        [Process::start(&db.store, &ambient, &probe, Vec::new()), Process::start(&store, &ambient, &probe, Vec::new())];
    gone(&db.store).await;
    assert_eq!((probe.runs(), probe.overlaps()), (200, 0));
    assert!(subjects.iter().all(|subject| probe.runs_of(*subject) == 1));
    for process in processes {
        process.stop().await;
    }
}

async fn another_process_takes_over_from_the_dead(db: TestDb) {
    let (clock, stuck) = (HandClock::default(), Probe::new(Doing::Wait));
    let (ambient, subject) = (clock.ambient(), Ambient::system().uuid());
    enqueue(&db.store, &ambient, subject).await;
    let mortal = Mortal::start(db.settings.clone(), ambient.clone(), Arc::clone(&stuck), Vec::new());
    until("it runs", SOON, || async { (stuck.runs() == 1).then_some(()) }).await;
    mortal.kill();
    let probe = Probe::new(Doing::Work(Duration::ZERO));
    let heir = Process::start(&db.store, &ambient, &probe, Vec::new());
    tokio::time::sleep(A_FEW_LOOKS).await;
    assert_eq!(probe.runs(), 0, "nobody knows yet that it is dead");
    clock.skip(A_LEASE_LATER);
    gone(&db.store).await;
    assert_eq!((stuck.finished(), probe.runs()), (0, 1));
    heir.stop().await;
}

async fn a_failing_step_is_tried_again_later_and_later(db: TestDb) {
    let (clock, probe) = (HandClock::default(), Probe::new(Doing::Fail(3)));
    let (ambient, subject) = (clock.ambient(), Ambient::system().uuid());
    let process = Process::start(&db.store, &ambient, &probe, Vec::new());
    enqueue(&db.store, &ambient, subject).await;
    // One second, two, four; a tenth more or less.
    for (attempt, pause) in [(1, 1000), (2, 2000), (3, 4000)] {
        let store = &db.store;
        let failed = until("the attempt is over", SOON, || async {
            row(store, subject).await.filter(|row| row.attempts == attempt && row.lease_owner.is_none())
        })
        .await;
        assert_eq!(failed.last_error.as_deref(), Some(&*format!("no luck, number {attempt}")));
        let left = failed.next_attempt_at - ambient.wall();
        let pause = TimeDelta::milliseconds(pause);
        assert!(left < pause * 11 / 10 + TimeDelta::milliseconds(20) && left > pause / 2, "{left} of {pause}");
        clock.skip(left.to_std().unwrap_or_default());
    }
    gone(&db.store).await;
    assert_eq!((probe.runs_of(subject), probe.overlaps()), (4, 0));
    process.stop().await;
}

async fn a_handler_that_panics_stops_nobody(db: TestDb) {
    let (clock, probe) = (HandClock::default(), Probe::new(Doing::Panic));
    let ambient = clock.ambient();
    let subjects = [ambient.uuid(), ambient.uuid()];
    let process = Process::start(&db.store, &ambient, &probe, Vec::new());
    for subject in subjects {
        enqueue(&db.store, &ambient, subject).await;
    }
    until("both have panicked", SOON, || async { (probe.runs() == 2).then_some(()) }).await;
    clock.skip(A_LEASE_LATER);
    gone(&db.store).await;
    assert_eq!(subjects.map(|subject| probe.runs_of(subject)), [2, 2]);
    process.stop().await;
}

async fn a_step_that_asks_for_it_comes_again(db: TestDb) {
    let (clock, probe) = (HandClock::default(), Probe::new(Doing::Again(Duration::from_secs(3600), 1)));
    let (ambient, subject) = (clock.ambient(), Ambient::system().uuid());
    let process = Process::start(&db.store, &ambient, &probe, Vec::new());
    enqueue(&db.store, &ambient, subject).await;
    let store = &db.store;
    let waits = until("it waits", SOON, || async {
        row(store, subject).await.filter(|row| row.attempts == 1 && row.lease_owner.is_none())
    })
    .await;
    assert_eq!(waits.last_error, None, "to come again is no failure");
    tokio::time::sleep(A_FEW_LOOKS).await;
    assert_eq!(probe.runs(), 1);
    clock.skip(Duration::from_secs(3600));
    gone(&db.store).await;
    assert_eq!(probe.runs(), 2);
    process.stop().await;
}

async fn a_step_is_there_once_at_its_earliest_time(db: TestDb) {
    let (ambient, subject) = (&Ambient::system(), Ambient::system().uuid());
    let now = ambient.wall();
    for minutes in [60, 10, 30] {
        let at = now + TimeDelta::minutes(minutes);
        let write = |tx| async move { jobs::enqueue_at(&tx, ambient, step(subject), at).await };
        db.store.write(write).await.expect("enqueued, or brought forward");
    }
    assert_eq!(steps_left(&db.store).await, 1);
    let row = row(&db.store, subject).await.expect("the step is there");
    assert_eq!(row.next_attempt_at, now + TimeDelta::minutes(10));
    db.store.write(|tx| async move { jobs::finish(&tx, step(subject)).await }).await.expect("finished");
    assert_eq!(steps_left(&db.store).await, 0);
}

/// Its handler may have read the state before the second cause was committed.
async fn a_step_that_is_asked_for_while_it_runs_runs_once_more(db: TestDb) {
    let (ambient, probe) = (Ambient::system(), Probe::new(Doing::Wait));
    let subject = ambient.uuid();
    let processes: Vec<_> = (0..2).map(|_| Process::start(&db.store, &ambient, &probe, Vec::new())).collect();
    enqueue(&db.store, &ambient, subject).await;
    until("it runs", SOON, || async { (probe.runs() == 1).then_some(()) }).await;
    enqueue(&db.store, &ambient, subject).await;
    tokio::time::sleep(A_FEW_LOOKS).await;
    assert_eq!(probe.runs(), 1, "not beside the run that is on");
    probe.let_go();
    until("it runs once more", SOON, || async { (probe.runs() == 2).then_some(()) }).await;
    probe.let_go();
    gone(&db.store).await;
    assert_eq!((probe.runs_of(subject), probe.overlaps()), (2, 0));
    for process in processes {
        process.stop().await;
    }
}

async fn a_step_that_waits_is_not_put_off_by_its_own_end(db: TestDb) {
    let (ambient, probe) = (Ambient::system(), Probe::new(Doing::WaitAndAgain(Duration::from_secs(3600))));
    let subject = ambient.uuid();
    let process = Process::start(&db.store, &ambient, &probe, Vec::new());
    enqueue(&db.store, &ambient, subject).await;
    until("it runs", SOON, || async { (probe.runs() == 1).then_some(()) }).await;
    enqueue(&db.store, &ambient, subject).await;
    probe.let_go();
    gone(&db.store).await;
    assert_eq!(probe.runs_of(subject), 2, "an hour was its own wish, now was another's");
    process.stop().await;
}

async fn what_is_in_flight_is_finished_at_a_stop(db: TestDb) {
    let (ambient, probe) = (Ambient::system(), Probe::new(Doing::Wait));
    let process = Process::start(&db.store, &ambient, &probe, Vec::new());
    enqueue(&db.store, &ambient, ambient.uuid()).await;
    until("it runs", SOON, || async { (probe.runs() == 1).then_some(()) }).await;
    process.stop.cancel();
    tokio::time::sleep(A_FEW_LOOKS).await;
    assert!(!process.run.is_finished(), "it waits for what is in flight");
    enqueue(&db.store, &ambient, ambient.uuid()).await;
    tokio::time::sleep(A_FEW_LOOKS).await;
    probe.let_go();
    process.run.await.expect("the engine stops");
    assert_eq!((probe.runs(), probe.finished()), (1, 1), "it finishes what it has and takes nothing more");
    assert_eq!(steps_left(&db.store).await, 1);
}

/// A request commits a step, runs it, and stops waiting for it: the step goes on.
async fn a_step_that_its_own_process_runs_needs_no_one_to_wait(db: TestDb) {
    let (ambient, probe) = (&Ambient::system(), Probe::new(Doing::Work(Duration::from_millis(300))));
    let process = Process::start(&db.store, ambient, &probe, Vec::new());
    let (subject, owner) = (ambient.uuid(), process.engine.owner());
    let write = |tx| async move { jobs::enqueue(&tx, ambient, step(subject), owner).await };
    db.store.write(write).await.expect("the step is enqueued");
    let waiting = tokio::time::timeout(Duration::from_millis(50), process.engine.run_now(step(subject))).await;
    assert!(waiting.is_err(), "it takes longer");
    gone(&db.store).await;
    assert_eq!((probe.runs(), probe.finished()), (1, 1));
    process.stop().await;
}

/// As where a vendor does not answer: more of its steps are due than one process works on.
async fn a_kind_whose_steps_hang_leaves_places_to_the_others(db: TestDb) {
    let (ambient, hanging, other) =
        (&Ambient::system(), Probe::new(Doing::Wait), Probe::of(OTHER, Doing::Work(Duration::ZERO)));
    for _ in 0..70 {
        enqueue(&db.store, ambient, ambient.uuid()).await;
    }
    let process = Process::with(&db.store, ambient, &[&hanging, &other], Vec::new());
    until("the kind has every place it may have", SOON, || async { (hanging.runs() >= 48).then_some(()) }).await;
    for _ in 0..70 {
        enqueue_step(&db.store, ambient, StepRef { kind: OTHER, subject: ambient.uuid() }).await;
    }
    until("the other kind is done", SOON, || async { (other.finished() == 70).then_some(()) }).await;
    assert_eq!((hanging.runs(), hanging.finished()), (48, 0));
    (0..70).for_each(|_| hanging.let_go());
    gone(&db.store).await;
    process.stop().await;
}
