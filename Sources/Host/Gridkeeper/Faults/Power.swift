import Isolation

/// What a host needs in order to act on the world. When it is cut, the host is as dead as after a
/// crash: nothing that it does reaches anything any more, and nothing answers it.
final class Power: Sendable {
  private struct State {
    var isOn = true
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let state = Guarded(State())

  var isOn: Bool { state.withLock(\.isOn) }

  /// Goes on as long as there is power, and never when there is none.
  func pass() async {
    guard !isOn else { return }
    // Given up on purpose: whoever waits here belongs to a process that no longer exists.
    await unsafe withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
  }

  /// The host dies here and now.
  func cut() {
    let waiter = state.withLock { state in
      state.isOn = false
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }

  /// Waits until the power is cut.
  func failure() async {
    await withCheckedContinuation { continuation in
      let isOff = state.withLock { state in
        if state.isOn { state.waiter = continuation }
        return !state.isOn
      }
      if isOff { continuation.resume() }
    }
  }
}
