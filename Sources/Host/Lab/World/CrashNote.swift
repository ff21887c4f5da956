import Glibc

/// Says whose code ran when the process dies, because nobody else is left to say it: of a trap, of
/// a job that ends the process, or of one that never gives way.
///
/// Unsafe by nature: a handler of signals may only read memory that is always there and write.
enum CrashNote {
  /// A line that says who is to blame, always in memory.
  ///
  /// Unchecked because the text is never freed and never changed.
  @safe struct Line: @unchecked Sendable {
    fileprivate let text: UnsafePointer<CChar>

    init(_ text: String) { unsafe self.text = CrashNote.keep(text) }
  }

  private static let fatal = [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT]
  /// Seconds after which somebody looks whether virtual time still passes.
  private static let lookEvery = 10
  private static let looks = 3

  // Safe because all code of the Lab runs on one thread, which handlers interrupt.
  nonisolated(unsafe) private static var current: UnsafePointer<CChar>?
  nonisolated(unsafe) private static var advances = 0
  nonisolated(unsafe) private static var seen = (advances: 0, looks: 0)
  // Safe because these are made once, before any handler is in place, and only read from then on.
  /// What signals did before, by their numbers: the language prints where a trap happened.
  nonisolated(unsafe) private static let before = UnsafeMutablePointer<sigaction>.allocate(
    capacity: 65)
  nonisolated(unsafe) private static let trapped = unsafe keep(" trapped and ended the Lab.")
  nonisolated(unsafe) private static let ended = unsafe keep(" ended the Lab's process.")
  nonisolated(unsafe) private static let stuck = unsafe keep(" does not give way; the Lab ends.")
  // Safe because it is made once, before any handler is in place, and only read from then on.
  nonisolated(unsafe) private static let reason = unsafe keep(
    " Here jobs share one process; under a host only the job's own worker would have ended.\n")

  private static func keep(_ text: String) -> UnsafePointer<CChar> {
    let bytes = Array(text.utf8CString)
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    for (index, byte) in bytes.enumerated() { unsafe copy[index] = byte }
    return unsafe UnsafePointer(copy)
  }

  /// Whose code runs from now on; `nil` for the Lab's own.
  static func set(_ line: Line?) { unsafe current = line?.text }

  /// Virtual time passed once more.
  static func timePassed() { unsafe advances &+= 1 }

  /// Begins to watch.
  static func install() {
    // A handler may not be the first to use them.
    _ = unsafe (trapped, ended, stuck, reason, before)
    for signal in fatal { handle(signal) { number in CrashNote.tellTrap(number) } }
    handle(SIGALRM) { _ in CrashNote.look() }
    var timer = itimerval()
    timer.it_interval.tv_sec = lookEvery
    timer.it_value.tv_sec = lookEvery
    unsafe setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)
    atexit { unsafe CrashNote.tell(CrashNote.ended) }
  }

  private static func handle(_ signal: Int32, _ handler: @escaping @convention(c) (Int32) -> Void) {
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = handler
    action.sa_flags = SA_RESTART
    unsafe sigaction(signal, &action, before + Int(signal))
  }

  /// Says who trapped and lets the signal do what it did before.
  private static func tellTrap(_ number: Int32) {
    unsafe tell(trapped)
    unsafe sigaction(number, before + Int(number), nil)
    raise(number)
  }

  private static func look() {
    let isStuck = unsafe advances == seen.advances
    unsafe seen = (advances, isStuck ? seen.looks + 1 : 0)
    guard unsafe seen.looks >= looks, unsafe current != nil else { return }
    unsafe tell(stuck)
    _exit(1)
  }

  private static func tell(_ deed: UnsafePointer<CChar>) {
    guard let line = unsafe current else { return }
    unsafe say(line)
    unsafe say(deed)
    unsafe say(reason)
  }

  private static func say(_ text: UnsafePointer<CChar>) { unsafe write(2, text, strlen(text)) }
}
