import Isolation
import Lab

/// Shows how far a run of the Lab has come: on a terminal one line that changes, elsewhere a line
/// every few seconds, and nothing for runs that are over sooner.
final class LabProgress: Sendable {
  private struct State {
    var shown: MonotonicInstant
    var hasShown = false
  }

  private let errors: any TextOutput
  private let time: any TimeSource
  private let began: MonotonicInstant
  private let pause: Duration
  private let state: Guarded<State>

  /// `time` is that of the machine, not of the Lab.
  init(_ errors: any TextOutput, time: any TimeSource) {
    self.errors = errors
    self.time = time
    began = time.monotonic
    pause = errors.isTerminal ? .milliseconds(200) : .seconds(5)
    state = Guarded(State(shown: time.monotonic))
  }

  /// Takes how far the run has come; costs little when there is nothing to show.
  func show(_ progress: LabRun.Progress) {
    let now = time.monotonic
    let isDue = state.withLock { state in
      guard now - state.shown >= pause else { return false }
      (state.shown, state.hasShown) = (now, true)
      return true
    }
    guard isDue else { return }
    let text = text(progress, now)
    errors.write(errors.isTerminal ? "\r\u{1B}[K\(text)" : text + "\n")
  }

  /// Clears the line on a terminal.
  func finish() {
    if errors.isTerminal, state.withLock(\.hasShown) { errors.write("\r\u{1B}[K") }
  }

  private func text(_ progress: LabRun.Progress, _ now: MonotonicInstant) -> String {
    let spent = (now - began).inSeconds
    let share = max(0.000_1, min(1, progress.share))
    let rest = Int((spent / share * (1 - share)).rounded(.up))
    return "\(Int(share * 100))%  \(progress.rebuilds) rebuilds  \(progress.fills) fills  "
      + "about \(rest) s left"
  }
}
