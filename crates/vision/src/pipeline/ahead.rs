//! Prepares the next item while the present one is being worked on.

use std::iter;
use std::ops::ControlFlow;
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Prepared items that may wait. With the one being prepared and the one being worked on, three prepared
/// items are in memory at most.
const WAITING: usize = 1;

/// Hands every item to `prepare` and the result to `finish`, in order, until `finish` breaks.
///
/// `prepare` runs on a thread of its own, ahead of `finish`; where the system gives no thread, both take
/// turns on this one. Results are the same either way. After a break at most one further item is prepared.
/// A panic in either goes up to the caller.
pub(crate) fn ahead<Item, Prepared: Send>(
    items: impl Iterator<Item = Item> + Send,
    prepare: impl Fn(Item) -> Prepared + Sync,
    mut finish: impl FnMut(Prepared) -> ControlFlow<()>,
) {
    let items = Mutex::new(items);
    let next = || {
        let item = items.lock().unwrap_or_else(PoisonError::into_inner).next();
        item.map(&prepare)
    };
    let next = &next;
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel(WAITING);
        let preparing = thread::Builder::new().name("prepare".to_owned()).spawn_scoped(scope, move || {
            for prepared in iter::from_fn(next) {
                if sender.send(prepared).is_err() {
                    break;
                }
            }
        });
        let _ = match preparing {
            Ok(_) => receiver.into_iter().try_for_each(&mut finish),
            Err(error) => {
                tracing::warn!(%error, "no thread to read ahead: photos are read one after the other");
                iter::from_fn(next).try_for_each(&mut finish)
            }
        };
    });
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Barrier};

    use super::*;

    #[test]
    fn keeps_the_order() {
        let mut seen = Vec::new();
        ahead(
            0..100,
            |item| item * 2,
            |prepared| {
                seen.push(prepared);
                ControlFlow::Continue(())
            },
        );
        assert!(seen.into_iter().eq((0..100).map(|item| item * 2)));
    }

    /// Both sides meet at the barrier while the first is on item 1 and the other on item 0: without a
    /// second thread this never ends.
    #[test]
    fn prepares_the_next_while_the_present_is_worked_on() {
        let meet = Barrier::new(2);
        ahead(
            0..2,
            |item| {
                if item == 1 {
                    meet.wait();
                }
                item
            },
            |item| {
                if item == 0 {
                    meet.wait();
                }
                ControlFlow::Continue(())
            },
        );
    }

    #[test]
    fn few_items_wait_and_a_break_ends_both() {
        struct Counted(Arc<AtomicUsize>);
        impl Drop for Counted {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::SeqCst);
            }
        }
        let (alive, most, prepared) =
            (Arc::new(AtomicUsize::new(0)), AtomicUsize::new(0), AtomicUsize::new(0));
        let mut finished = 0;
        ahead(
            0..,
            |_| {
                prepared.fetch_add(1, Ordering::SeqCst);
                most.fetch_max(alive.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                Counted(Arc::clone(&alive))
            },
            |_item| {
                finished += 1;
                if finished == 50 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        );
        assert_eq!(finished, 50);
        let (most, prepared) = (most.into_inner(), prepared.into_inner());
        assert!(most <= WAITING + 2, "{most} at once");
        assert!(prepared <= 50 + WAITING + 2, "{prepared} prepared");
        assert_eq!(alive.load(Ordering::SeqCst), 0);
    }

    #[test]
    fn no_items_is_no_work() {
        ahead(iter::empty::<()>(), |()| unreachable!(), |_: ()| unreachable!());
    }
}
