//! The kinds of work that are measured, and whom each single task is about.

use std::fmt;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use super::people::{Person, person, with_all_kinds, without_external_id};

/// One kind of resolve. In a task there is `one` person who is in the store, and `other`,
/// who is in the store or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Work {
    /// The email of one; nothing changes.
    FoundByOne,
    /// The phone, email and external id of one; nothing changes.
    FoundByThree,
    /// Everything that is known of one; nothing changes.
    Unchanged,
    /// The email of one and the phone of another, where the request says to refuse that.
    Reject,
    /// Everything that is known of one, who is not in the store yet.
    Created,
    /// The email of one and the phone of a stranger.
    Attached,
    /// The email of one and the phone of another, for the first time: the phone is listed
    /// and the pair goes on the review queue.
    Conflict,
    /// The phone of one, and all of a stranger, whose external id differs: a new contact
    /// and a pair to review.
    Contradiction,
    /// The email of one and the phone of another, who is absorbed.
    Merge,
    /// The email of one and another company, which replaces the company.
    Upsert,
}

impl Work {
    pub const ALL: [Self; 10] = [
        Self::FoundByOne,
        Self::FoundByThree,
        Self::Unchanged,
        Self::Reject,
        Self::Created,
        Self::Attached,
        Self::Conflict,
        Self::Contradiction,
        Self::Merge,
        Self::Upsert,
    ];

    pub fn writes(self) -> bool {
        self as u64 >= Self::Created as u64
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FoundByOne => "found by one key",
            Self::FoundByThree => "found by three keys",
            Self::Unchanged => "unchanged",
            Self::Created => "created",
            Self::Attached => "attached",
            Self::Conflict => "conflict",
            Self::Contradiction => "contradiction",
            Self::Reject => "reject",
            Self::Merge => "merge",
            Self::Upsert => "upsert",
        })
    }
}

/// Whom one call is about.
#[derive(Clone)]
pub struct Task {
    pub one: Person,
    pub other: Person,
}

impl Person {
    /// The phone of somebody who is known to have one.
    pub fn phone(&self) -> &str {
        self.phone.as_deref().unwrap()
    }
}

/// One of the two that are compared, on a store of its own.
pub trait Side {
    /// A request that is ready: what it says is built before the clock runs.
    type Request;

    /// The request for a task; for several tasks, one that does them in one transaction.
    fn request(&self, work: Work, tasks: Vec<Task>) -> Self::Request;

    /// What is left of a request, to be dropped when the clock stands.
    type Leftover;

    fn answer(&mut self, request: Self::Request) -> Self::Leftover;
}

/// Requests are built so many at a time, to stay in the processor's caches.
const BATCH: u64 = 500;

/// Answers as many requests as asked for and gives the time of each call to `each`. The
/// time between the calls is not counted: requests are built, and whom a task needs in the
/// store is put there.
pub fn answer_each<S: Side>(
    side: &mut S,
    tasks: &mut Tasks,
    work: Work,
    calls: u64,
    mut each: impl FnMut(Duration),
) {
    in_batches(side, tasks, (work, 1), calls, |side, requests| {
        for request in requests {
            let started = Instant::now();
            let leftover = side.answer(request);
            each(started.elapsed());
            drop(leftover);
        }
    });
}

/// What answering took.
#[derive(Clone, Copy, Default)]
pub struct Spent {
    pub time: Duration,
    /// Of this thread on a processor, without what it waited for: the disk, and others who
    /// use the machine. Zero where the system doesn't tell.
    pub busy: Duration,
}

/// Answers as many requests as asked for, of `group` tasks each, and says what that took.
pub fn answer_all<S: Side>(
    side: &mut S,
    tasks: &mut Tasks,
    (work, group): (Work, u64),
    calls: u64,
) -> Spent {
    let mut spent = Spent::default();
    in_batches(side, tasks, (work, group), calls, |side, requests| {
        let mut leftovers = Vec::with_capacity(requests.len());
        let busy = busy();
        let started = Instant::now();
        for request in requests {
            leftovers.push(side.answer(request));
        }
        spent.time += started.elapsed();
        spent.busy += self::busy() - busy;
    });
    spent
}

/// How long this thread was on a processor so far.
fn busy() -> Duration {
    // Linux brings the figure up to date when the thread is about to leave the processor.
    thread::yield_now();
    let read = || {
        let statistics = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        statistics.split(' ').next()?.parse().ok()
    };
    Duration::from_nanos(read().unwrap_or(0))
}

fn in_batches<S: Side>(
    side: &mut S,
    tasks: &mut Tasks,
    (work, group): (Work, u64),
    calls: u64,
    mut answer: impl FnMut(&mut S, Vec<S::Request>),
) {
    let mut left = calls;
    while left > 0 {
        let batch = left.min(BATCH.div_ceil(group));
        left -= batch;
        let (batch, missing) = tasks.next(work, batch * group);
        for people in missing.chunks(usize::try_from(BATCH).unwrap()) {
            let new = |one: &Person| Task {
                one: one.clone(),
                other: one.clone(),
            };
            let request = side.request(Work::Created, people.iter().map(new).collect());
            drop(side.answer(request));
        }
        let mut requests = Vec::new();
        let mut batch = batch.into_iter();
        loop {
            let group: Vec<Task> = batch
                .by_ref()
                .take(usize::try_from(group).unwrap())
                .collect();
            if group.is_empty() {
                break;
            }
            requests.push(side.request(work, group));
        }
        answer(side, requests);
    }
}

/// Who is in a store, and who was in a task already. Two of one size give the same tasks
/// in the same order.
pub struct Tasks {
    /// Through those with all kinds of identifier, and those without an external id.
    all: Walk,
    some: Walk,
    /// Tasks given so far, by kind of work.
    given: [u64; Work::ALL.len()],
    /// People made besides those with whom the store was filled.
    strangers: u64,
}

/// People who are not in a store from the beginning, by what they have.
const STRANGERS: u64 = 20_000_000;
const STRANGERS_WITH_ALL_KINDS: u64 = 30_000_000;
const STRANGERS_WITHOUT_EXTERNAL_ID: u64 = 40_000_000;

impl Tasks {
    pub fn new(size: u64) -> Self {
        Self {
            all: Walk::over(size / 10 * 6),
            some: Walk::over(size / 10 * 3),
            given: [0; Work::ALL.len()],
            strangers: 0,
        }
    }

    /// The next tasks, and those people among them who are to be put in the store first.
    pub fn next(&mut self, work: Work, count: u64) -> (Vec<Task>, Vec<Person>) {
        let mut missing = Vec::new();
        let tasks = (0..count).map(|_| self.one(work, &mut missing)).collect();
        (tasks, missing)
    }

    /// Leaves the next tasks to somebody else.
    pub fn skip(&mut self, work: Work, count: u64) {
        self.given[work as usize] += count;
    }

    fn one(&mut self, work: Work, missing: &mut Vec<Person>) -> Task {
        let given = &mut self.given[work as usize];
        let place = *given;
        *given += 1;
        let (all, some) = (self.all, self.some);
        // Whom a work changes, no other work is about: of ten people the readers share five.
        let (tens, of_ten) = match work.writes() {
            false => (place / 5, place % 5),
            true => (place, work as u64),
        };
        let at = tens * 10 + of_ten;
        let one = match work {
            Work::Created => self.stranger(),
            _ if work.writes() && at >= all.count => {
                let new = self.stranger_with_all_kinds();
                missing.push(new.clone());
                new
            }
            _ => person(with_all_kinds(all.at(at % all.count))),
        };
        let mut other = match work {
            Work::FoundByOne | Work::FoundByThree | Work::Unchanged | Work::Created => one.clone(),
            Work::Reject => person(without_external_id(some.at(place % some.count))),
            Work::Attached | Work::Contradiction | Work::Upsert => self.stranger_with_all_kinds(),
            Work::Conflict | Work::Merge => {
                let at = place * 2 + u64::from(work == Work::Merge);
                if at < some.count {
                    person(without_external_id(some.at(at)))
                } else {
                    let new = self.stranger_without_external_id();
                    missing.push(new.clone());
                    new
                }
            }
        };
        if work == Work::Upsert {
            other.company.push_str(" Holding");
        }
        Task { one, other }
    }

    fn stranger(&mut self) -> Person {
        self.strangers += 1;
        person(STRANGERS + self.strangers)
    }

    fn stranger_without_external_id(&mut self) -> Person {
        self.strangers += 1;
        person(STRANGERS_WITHOUT_EXTERNAL_ID + without_external_id(self.strangers))
    }

    fn stranger_with_all_kinds(&mut self) -> Person {
        self.strangers += 1;
        person(STRANGERS_WITH_ALL_KINDS + with_all_kinds(self.strangers))
    }
}

/// The numbers below a count, each once, in an order in which those that stand close
/// together in a table are far from each other.
#[derive(Clone, Copy)]
struct Walk {
    count: u64,
    step: u64,
}

impl Walk {
    fn over(count: u64) -> Self {
        // About the golden ratio of them, and without a divisor in common with them.
        let mut step = count * 618_034 / 1_000_000;
        while divisor_in_common(step, count) > 1 {
            step += 1;
        }
        Self { count, step }
    }

    fn at(self, place: u64) -> u64 {
        place * self.step % self.count
    }
}

fn divisor_in_common(one: u64, other: u64) -> u64 {
    match other {
        0 => one,
        _ => divisor_in_common(other, one % other),
    }
}
