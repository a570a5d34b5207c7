//! Everything that can happen to a server, as a value: a state and an event make a state and an action.
//!
//! No process, no clock and no wait in here. Times are durations since one moment that the caller chooses.
//!
//! ```text
//!            ┌──────────── Restart ─────────────┐
//!            ▼                                  │
//!  begin ► Starting ──Healthy──► Ready ──Stop──► Stopping: ask ► terminate ► kill ──► Over (stopped)
//!            │  ▲                  │                 ▲
//!            │  │Tick              │ Exited          │ not ready in time, no longer answering
//!            ▼  │                  ▼                 │
//!          Waiting (back-off) ◄── fault ◄────────────┘──► Over (failed), when the budget is spent
//! ```

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// How patient to be with a server.
#[derive(Debug, Clone)]
pub struct Rules {
    /// From the start of the process to the first good answer.
    pub ready: Duration,
    /// After `POST /shutdown`.
    pub ask: Duration,
    /// After SIGTERM.
    pub terminate: Duration,
    /// After SIGKILL.
    pub kill: Duration,
    /// How often it is started again.
    pub budget: Budget,
    /// Exit codes after which another try cannot help.
    pub final_codes: Vec<i32>,
}

/// How often a server is started again by itself.
#[derive(Debug, Clone)]
pub struct Budget {
    /// Restarts in any `window`.
    pub restarts: usize,
    /// See `restarts`.
    pub window: Duration,
    /// Starts in a row that may fail before the server was ever ready.
    pub starts: usize,
    /// Wait before the first restart; it doubles each time.
    pub first_wait: Duration,
    /// Longest wait.
    pub longest_wait: Duration,
}

impl Default for Budget {
    /// Five restarts in ten minutes, two failed starts in a row, one second and up to half a minute between them.
    fn default() -> Self {
        Self {
            restarts: 5,
            window: Duration::from_secs(600),
            starts: 2,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(30),
        }
    }
}

/// Who wanted the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Somebody asked.
    Asked,
    /// Nothing was asked of the server for a long time.
    Idle,
    /// Whoever looks after the server was told to end.
    KeeperEnds,
    /// The server was asked by somebody else, over HTTP or by a signal: it ended with exit code 0.
    Elsewhere,
}

/// The steps of stopping, each harder than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// `POST /shutdown`.
    Ask,
    /// SIGTERM to the process group.
    Terminate,
    /// SIGKILL to the process group and everything it has started.
    Kill,
}

/// What follows once the process is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// Nothing.
    Stay(Why),
    /// A new process.
    StartAgain,
    /// What the budget allows.
    Recover(Fault),
}

/// How it all ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// As somebody wanted; with the last step that was needed, where there was a process.
    Stopped(Why, Option<Step>),
    /// It went wrong, and will not be tried again.
    Failed(Fault),
}

/// What a server is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// There is a process that does not answer yet.
    Starting {
        /// Since when.
        since: Duration,
        /// Until when it may.
        until: Duration,
    },
    /// It answers.
    Ready {
        /// Since when.
        since: Duration,
    },
    /// It is being stopped.
    Stopping {
        /// How.
        step: Step,
        /// Since when this step.
        since: Duration,
        /// When the next step comes.
        until: Duration,
        /// What follows.
        then: Then,
    },
    /// There is no process until the next try.
    Waiting {
        /// Since when.
        since: Duration,
        /// Until when.
        until: Duration,
    },
    /// There is no process, and none will come.
    Over {
        /// Since when.
        since: Duration,
        /// Why.
        end: End,
    },
}

/// What happens to a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// It answered `/health` as it should.
    Healthy,
    /// It has not done so for too long.
    Unwell(Fault),
    /// The process is gone and everything it had started is too, or there never was one.
    Gone(Fault),
    /// `POST /shutdown` could not be sent or was refused.
    NotAsked,
    /// Somebody wants an end.
    Stop(Why),
    /// Somebody wants a new process.
    Restart,
    /// Somebody does not want to wait: what is being stopped is killed.
    Hurry,
    /// Time has passed.
    Tick,
}

/// What is to be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Start a process.
    Spawn,
    /// Take this step of stopping.
    Stop(Step),
}

/// The state of one server, and what it has been through.
#[derive(Debug, Clone)]
pub struct Machine {
    rules: Rules,
    state: State,
    restarts: VecDeque<Duration>,
    failed_starts: usize,
    faults: Vec<(Duration, Fault)>,
    total_restarts: u32,
}

/// Faults that are remembered.
const MOST_FAULTS: usize = 32;

impl Machine {
    /// A server that is to be started: the caller spawns it now.
    pub fn begin(rules: Rules, now: Duration) -> (Self, Action) {
        let until = now + rules.ready;
        let state = State::Starting { since: now, until };
        let machine = Self {
            rules,
            state,
            restarts: VecDeque::new(),
            failed_starts: 0,
            faults: Vec::new(),
            total_restarts: 0,
        };
        (machine, Action::Spawn)
    }

    /// What the server is doing.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// What went wrong last, and when.
    pub fn last_fault(&self) -> Option<&(Duration, Fault)> {
        self.faults.last()
    }

    /// How often a process was started after the first.
    pub fn restarts(&self) -> u32 {
        self.total_restarts
    }

    /// When [`Event::Tick`] is due.
    pub fn until(&self) -> Option<Duration> {
        match &self.state {
            State::Starting { until, .. } | State::Stopping { until, .. } | State::Waiting { until, .. } => {
                Some(*until)
            }
            State::Ready { .. } | State::Over { .. } => None,
        }
    }

    /// Takes in what happened at `now`. Events that mean nothing in the present state change nothing.
    pub fn on(&mut self, now: Duration, event: Event) -> Option<Action> {
        match self.state.clone() {
            State::Starting { until, .. } => self.on_starting(now, event, until),
            State::Ready { .. } => self.on_ready(now, event),
            State::Stopping { step, until, then, .. } => self.on_stopping(now, event, step, until, then),
            State::Waiting { until, .. } => match event {
                Event::Tick if now >= until => Some(self.spawn(now)),
                Event::Restart => Some(self.spawn(now)),
                Event::Stop(why) => self.over(now, End::Stopped(why, None)),
                _ => None,
            },
            State::Over { .. } => None,
        }
    }

    fn on_starting(&mut self, now: Duration, event: Event, until: Duration) -> Option<Action> {
        match event {
            Event::Healthy => {
                self.failed_starts = 0;
                self.state = State::Ready { since: now };
                None
            }
            Event::Gone(fault) => {
                self.failed_starts += 1;
                self.recover(now, fault)
            }
            Event::Tick if now >= until => {
                self.failed_starts += 1;
                let fault = Fault::NotReady { seconds: self.rules.ready.as_secs() };
                self.step(now, Step::Terminate, Then::Recover(fault))
            }
            Event::Stop(why) => self.step(now, Step::Ask, Then::Stay(why)),
            Event::Restart => self.step(now, Step::Ask, Then::StartAgain),
            _ => None,
        }
    }

    fn on_ready(&mut self, now: Duration, event: Event) -> Option<Action> {
        match event {
            Event::Gone(fault) if fault.exit_code() == Some(0) => {
                self.over(now, End::Stopped(Why::Elsewhere, None))
            }
            Event::Gone(fault) => self.recover(now, fault),
            Event::Unwell(fault) => self.step(now, Step::Terminate, Then::Recover(fault)),
            Event::Stop(why) => self.step(now, Step::Ask, Then::Stay(why)),
            Event::Restart => self.step(now, Step::Ask, Then::StartAgain),
            _ => None,
        }
    }

    fn on_stopping(
        &mut self,
        now: Duration,
        event: Event,
        step: Step,
        until: Duration,
        then: Then,
    ) -> Option<Action> {
        match event {
            Event::Gone(_) => match then {
                Then::Stay(why) => self.over(now, End::Stopped(why, Some(step))),
                Then::StartAgain => {
                    self.total_restarts += 1;
                    Some(self.spawn(now))
                }
                Then::Recover(fault) => self.recover(now, fault),
            },
            Event::NotAsked if step == Step::Ask => self.step(now, Step::Terminate, then),
            Event::Tick if now >= until => match step {
                Step::Ask => self.step(now, Step::Terminate, then),
                Step::Terminate => self.step(now, Step::Kill, then),
                Step::Kill => {
                    self.remember(now, Fault::NotKilled);
                    self.over(now, End::Failed(Fault::NotKilled))
                }
            },
            Event::Hurry if step < Step::Kill => self.step(now, Step::Kill, then),
            Event::Stop(why) => {
                if let State::Stopping { then, .. } = &mut self.state {
                    *then = Then::Stay(why);
                }
                None
            }
            Event::Restart => {
                if let State::Stopping { then: then @ Then::Recover(_), .. } = &mut self.state {
                    *then = Then::StartAgain;
                }
                None
            }
            _ => None,
        }
    }

    fn step(&mut self, now: Duration, step: Step, then: Then) -> Option<Action> {
        let patience = match step {
            Step::Ask => self.rules.ask,
            Step::Terminate => self.rules.terminate,
            Step::Kill => self.rules.kill,
        };
        self.state = State::Stopping { step, since: now, until: now + patience, then };
        Some(Action::Stop(step))
    }

    fn spawn(&mut self, now: Duration) -> Action {
        self.state = State::Starting { since: now, until: now + self.rules.ready };
        Action::Spawn
    }

    fn over(&mut self, now: Duration, end: End) -> Option<Action> {
        self.state = State::Over { since: now, end };
        None
    }

    /// Another try, if one can help and the budget has one.
    fn recover(&mut self, now: Duration, fault: Fault) -> Option<Action> {
        self.remember(now, fault.clone());
        let budget = &self.rules.budget;
        while self.restarts.front().is_some_and(|restart| now.saturating_sub(*restart) > budget.window) {
            self.restarts.pop_front();
        }
        let hopeless = fault.exit_code().is_some_and(|code| self.rules.final_codes.contains(&code));
        if hopeless || self.failed_starts >= budget.starts || self.restarts.len() >= budget.restarts {
            return self.over(now, End::Failed(fault));
        }
        let doublings = u32::try_from(self.restarts.len()).unwrap_or(u32::MAX).min(16);
        let wait = budget.first_wait.saturating_mul(1 << doublings).min(budget.longest_wait);
        self.restarts.push_back(now);
        self.total_restarts += 1;
        self.state = State::Waiting { since: now, until: now + wait };
        None
    }

    fn remember(&mut self, now: Duration, fault: Fault) {
        if self.faults.len() == MOST_FAULTS {
            self.faults.remove(0);
        }
        self.faults.push((now, fault));
    }
}
