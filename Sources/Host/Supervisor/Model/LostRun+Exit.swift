import Glibc

extension LostRun {
  /// Tells why `run` was lost when its worker was killed by the host or died.
  init(run: UInt64, plugin: String, killed reason: KillReason?, _ exit: WorkerExit) {
    let backtrace = exit.lastOutput.isEmpty ? nil : exit.lastOutput
    switch reason {
    case .overdueRun(run):
      self.init(.overdue, "it did not end in time", signal: exit.signal, backtrace: nil)
    case let reason?:
      let message = "the worker of \(plugin) was killed: \(reason)"
      self.init(.workerKilled, message, signal: exit.signal, backtrace: backtrace)
    case nil:
      let kind = exit.signal == nil ? Reason.exited : .crashed
      self.init(
        kind, "the worker of \(plugin) \(exit.whatHappened)", signal: exit.signal,
        backtrace: backtrace)
    }
  }
}

extension WorkerExit {
  /// What happened, as the rest of a sentence.
  var whatHappened: String {
    guard let signal else { return "ended its process with code \(code ?? 0)" }
    let name = Self.names[signal].map { " (\($0))" } ?? ""
    return "died of signal \(signal)\(name)"
  }

  private static let names: [Int32: String] = [
    SIGILL: "illegal instruction, as a Swift trap does", SIGTRAP: "trap, as a failed check does",
    SIGABRT: "abort", SIGBUS: "bad address", SIGFPE: "arithmetic", SIGSEGV: "bad memory access",
    SIGKILL: "killed from outside, such as for using too much memory", SIGTERM: "asked to end",
    SIGXCPU: "processor time", SIGSYS: "forbidden system call",
  ]
}
