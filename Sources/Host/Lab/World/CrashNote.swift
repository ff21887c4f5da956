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

  /// What handlers read.
  @unsafe private struct Memory {
    var current: UnsafePointer<CChar>?
    var advances = 0
    var seen = (advances: 0, looks: 0)
    /// What signals did before, by their numbers: the language prints where a trap happened.
    let before = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)
    let trapped = unsafe keep(" trapped and ended the Lab.")
    let ended = unsafe keep(" ended the Lab's process.")
    let stuck = unsafe keep(" does not give way; the Lab ends.")
    let reason = unsafe keep(
      " Here jobs share one process; under a host only the job's own worker would have ended.\n")
  }

  // Safe because all code of the Lab runs on one thread, which handlers only interrupt.
  nonisolated(unsafe) private static var memory = unsafe Memory()

  private static func keep(_ text: String) -> UnsafePointer<CChar> {
    let bytes = Array(text.utf8CString)
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    for (index, byte) in bytes.enumerated() { unsafe copy[index] = byte }
    return unsafe UnsafePointer(copy)
  }

  /// Whose code runs from now on; `nil` for the Lab's own.
  static func set(_ line: Line?) { unsafe memory.current = line?.text }

  /// Virtual time passed once more.
  static func timePassed() { unsafe memory.advances &+= 1 }

  /// Begins to watch.
  static func install() {
    // A handler may not be the first to use it.
    unsafe memory.current = nil
    for signal in fatal { handle(signal) { number in CrashNote.tellTrap(number) } }
    handle(SIGALRM) { _ in CrashNote.look() }
    var timer = itimerval()
    timer.it_interval.tv_sec = lookEvery
    timer.it_value.tv_sec = lookEvery
    unsafe setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)
    atexit { unsafe CrashNote.tell(CrashNote.memory.ended) }
  }

  private static func handle(_ signal: Int32, _ handler: @escaping @convention(c) (Int32) -> Void) {
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = handler
    action.sa_flags = SA_RESTART
    unsafe sigaction(signal, &action, memory.before + Int(signal))
  }

  /// Says who trapped and lets the signal do what it did before.
  private static func tellTrap(_ number: Int32) {
    unsafe tell(memory.trapped)
    unsafe sigaction(number, memory.before + Int(number), nil)
    raise(number)
  }

  private static func look() {
    let isStuck = unsafe memory.advances == memory.seen.advances
    unsafe memory.seen = (memory.advances, isStuck ? memory.seen.looks + 1 : 0)
    guard unsafe memory.seen.looks >= looks, unsafe memory.current != nil else { return }
    unsafe tell(memory.stuck)
    _exit(1)
  }

  private static func tell(_ deed: UnsafePointer<CChar>) {
    guard let line = unsafe memory.current else { return }
    unsafe write(2, line, strlen(line))
    unsafe write(2, deed, strlen(deed))
    unsafe write(2, memory.reason, strlen(memory.reason))
  }
}
