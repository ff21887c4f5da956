import Isolation

/// Decides when a watched file has settled and what is worth telling. Pure.
///
/// A look gives what the path leads to now. A file must look the same for the settle time before it
/// is read; then it is told when its content differs from what was told last. A path that leads
/// nowhere must do so as long before that is told.
struct WatchState {
  enum Sight: Hashable {
    case file(FileSignature)
    case nothing(reason: String)
  }

  enum Action: Equatable {
    /// Look again at this time at the latest.
    case wait(until: MonotonicInstant)
    /// Read the file, then call `read`.
    case read
    /// Tell that it cannot be read.
    case tell(reason: String)
  }

  private let settle: Duration
  private let poll: Duration
  /// What was told last; `nil` when nothing was, or when that was a failure.
  private var told: UInt64?
  private var toldReason: String?
  private var sight: Sight?
  private var since = MonotonicInstant(nanoseconds: 0)
  /// Whether the present sight was dealt with.
  private var isDone = false

  init(settle: Duration, poll: Duration, known: UInt64?) {
    self.settle = settle
    self.poll = poll
    told = known
  }

  /// Something happened on the way to the file: the settle time begins again.
  mutating func touched(at now: MonotonicInstant) {
    since = now
    isDone = false
  }

  mutating func looked(_ new: Sight, at now: MonotonicInstant) -> Action {
    if new != sight {
      sight = new
      touched(at: now)
    }
    guard !isDone else { return .wait(until: now + poll) }
    guard now - since >= settle else { return .wait(until: since + settle) }
    switch new {
    case .file(let signature) where signature.size > 0: return .read
    case .file: return tell("the file is empty", at: now)
    case .nothing(let reason): return tell(reason, at: now)
    }
  }

  private mutating func tell(_ reason: String, at now: MonotonicInstant) -> Action {
    isDone = true
    guard toldReason != reason else { return .wait(until: now + poll) }
    toldReason = reason
    told = nil
    return .tell(reason: reason)
  }

  /// The settled file was read.
  ///
  /// - Returns: Whether its content is news.
  mutating func read(_ digest: UInt64) -> Bool {
    isDone = true
    toldReason = nil
    guard told != digest else { return false }
    told = digest
    return true
  }

  /// The settled file could not be read; a change of the file leads to another try.
  ///
  /// - Returns: Whether that is news.
  mutating func failed(_ failure: TableFile.Failure, at now: MonotonicInstant) -> Bool {
    guard !failure.isTransient else {
      touched(at: now)
      return false
    }
    isDone = true
    guard toldReason != failure.description else { return false }
    toldReason = failure.description
    told = nil
    return true
  }

  /// Takes the present sight as settled.
  mutating func hurry() {
    since = MonotonicInstant(nanoseconds: 0)
    isDone = false
  }
}
