import CInotify
import Glibc
package import Isolation

/// Watches a job table on disk and tells when there is a new one to read.
///
/// Follows the whole path: every directory on the way, every symbolic link and its target, and the
/// file itself, so that editors that rename and configuration maps that swap links are seen at
/// once. Where the system gives no notice, a look every few seconds finds the change.
///
/// A thread of its own does the waiting and the reading, because a disk may be slow. It ends, and
/// all descriptors are closed, on `cancel`, when the watcher goes away and when the consumer of
/// `events` does.
package final class TableWatcher: Sendable {
  package enum Event: Sendable, Hashable {
    /// The file has this content now. Content that was told before is not told again, unless the
    /// file could not be read in between.
    case changed(TableFile.Content)
    /// The file is missing, empty or cannot be read.
    case unreadable(reason: String)
  }

  /// What happened, the newest event only: who is late has missed nothing that still matters.
  package let events: AsyncStream<Event>
  private let bell: WatchBell

  /// Starts watching.
  ///
  /// - Parameters:
  ///   - path: The table's path, absolute or from the working directory.
  ///   - known: The digest of the content that is already in force, which is no news.
  ///   - settle: How long a changed file must stay unchanged before it is read.
  ///   - poll: How often to look without being told.
  ///   - time: The clock that both are measured by.
  package convenience init(
    path: String, known: UInt64? = nil, settle: Duration = .milliseconds(100),
    poll: Duration = .seconds(5), time: any TimeSource = SystemTime()
  ) {
    let state = WatchState(settle: settle, poll: poll, known: known)
    self.init(path: path, state: state, time: time, takesNotice: true)
  }

  /// Starts watching, on request as if the system gave no notice.
  init(path: String, state: WatchState, time: any TimeSource, takesNotice: Bool) {
    let (events, continuation) = AsyncStream.makeStream(
      of: Event.self, bufferingPolicy: .bufferingNewest(1))
    let bell = WatchBell()
    self.events = events
    self.bell = bell
    continuation.onTermination = { _ in bell.ring { $0.isCancelled = true } }
    Thread.start(name: "table-watch") {
      let chain = WatchChain(path: path, takesNotice: takesNotice)
      var loop = WatchLoop(path: path, state: state, time: time, bell: bell, chain: chain)
      loop.run { continuation.yield($0) }
      continuation.finish()
    }
  }

  deinit { cancel() }

  /// Looks now, without waiting for the file to settle.
  package func check() { bell.ring { $0.isHurried = true } }

  /// Ends the watching and the events.
  package func cancel() { bell.ring { $0.isCancelled = true } }
}

/// What wakes the watching thread besides the file.
private final class WatchBell: Sendable {
  struct Orders {
    var isCancelled = false
    var isHurried = false
  }

  /// Becomes readable when there are orders.
  let descriptor: Int32
  private let orders = Guarded(Orders())

  init() {
    descriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
    precondition(descriptor >= 0, "out of descriptors: errno \(errno)")
  }

  deinit { close(descriptor) }

  func ring(_ change: (inout Orders) -> Void) {
    orders.withLock { change(&$0) }
    var one: UInt64 = 1
    unsafe write(descriptor, &one, 8)
  }

  /// Takes the orders; a cancellation stays.
  func take() -> Orders {
    var count: UInt64 = 0
    unsafe read(descriptor, &count, 8)
    return orders.withLock { orders in
      defer { orders.isHurried = false }
      return orders
    }
  }
}

/// The watching thread's loop.
private struct WatchLoop: ~Copyable {
  private let path: String
  private var state: WatchState
  private let time: any TimeSource
  private let bell: WatchBell
  private var chain: WatchChain

  init(
    path: String, state: WatchState, time: any TimeSource, bell: WatchBell,
    chain: consuming WatchChain
  ) {
    self.path = path
    self.state = state
    self.time = time
    self.bell = bell
    self.chain = chain
  }

  /// Watches until cancelled.
  mutating func run(_ tell: (TableWatcher.Event) -> Void) {
    while true {
      let orders = bell.take()
      if orders.isCancelled { return }
      if orders.isHurried { state.hurry() }
      chain.arm()
      switch state.looked(TableFile.look(path), at: time.monotonic) {
      case .wait(let deadline): wait(until: deadline)
      case .read: read(tell)
      case .tell(let reason): tell(.unreadable(reason: reason))
      }
    }
  }

  private mutating func read(_ tell: (TableWatcher.Event) -> Void) {
    do throws(TableFile.Failure) {
      let content = try TableFile.read(path)
      if state.read(content.digest) { tell(.changed(content)) }
    } catch  where state.failed(error, at: time.monotonic) {
      tell(.unreadable(reason: error.description))
    } catch {}
  }

  /// Waits for something that matters, or for the time to look again.
  private mutating func wait(until deadline: MonotonicInstant) {
    while true {
      let rest = max(0, (deadline - time.monotonic).nanoseconds)
      guard rest > 0 else { return }
      var sources = [
        pollfd(fd: chain.descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      let pause = Int32(clamping: (rest + 999_999) / 1_000_000)
      guard unsafe poll(&sources, 2, pause) > 0 else { continue }
      if sources[1].revents != 0 { return }
      if chain.tookNotice() { return state.touched(at: time.monotonic) }
    }
  }
}
