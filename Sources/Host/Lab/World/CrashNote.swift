import Glibc

/// Says whose code ran when the process dies of a trap, because nobody else is left to say it.
///
/// Unsafe by nature: a handler of signals may only read memory that is always there and write.
enum CrashNote {
  /// A line that says who is to blame, always in memory.
  ///
  /// Unchecked because the text is never freed and never changed.
  @safe struct Line: @unchecked Sendable {
    fileprivate let text: UnsafePointer<CChar>

    init(_ text: String) {
      let copy = unsafe strdup(text)
      unsafe self.text = UnsafePointer(copy) ?? CrashNote.nobody
    }
  }

  private static let fatal = [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT]
  nonisolated(unsafe) fileprivate static let nobody: UnsafePointer<CChar> = {
    let empty = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
    unsafe empty.pointee = 0
    return unsafe UnsafePointer(empty)
  }()
  // All code of the Lab runs on one thread.
  nonisolated(unsafe) private static var current: UnsafePointer<CChar>?
  /// What signals did before, by their numbers: the language prints where a trap happened.
  nonisolated(unsafe) private static let before = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)

  /// Whose code runs from now on; `nil` for the Lab's own.
  static func set(_ line: Line?) { unsafe current = line?.text }

  /// Begins to watch for traps.
  static func install() {
    for signal in fatal {
      var action = sigaction()
      unsafe action.__sigaction_handler.sa_handler = { number in CrashNote.tell(number) }
      unsafe sigaction(signal, &action, before + Int(signal))
    }
  }

  /// Writes the line and lets the signal do what it did before.
  private static func tell(_ number: Int32) {
    if let line = unsafe current {
      unsafe write(2, line, strlen(line))
    }
    unsafe sigaction(number, before + Int(number), nil)
    raise(number)
  }
}
