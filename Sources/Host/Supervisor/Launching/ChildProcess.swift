import CSpawn
import Glibc

/// A child process with the host's ends of its channel and its output.
struct ChildProcess: Sendable {
  let pid: pid_t
  /// The channel; in the child it is descriptor 3.
  let channel: Int32
  /// What the child writes to its standard output and error.
  let output: Int32
  /// Readable when the child is gone; -1 where the kernel offers none.
  let handle: Int32

  /// Starts `arguments` with nothing inherited but the channel and the output. Takes about a
  /// millisecond and blocks; the calling thread must live as long as the child shall.
  ///
  /// - Throws: `SpawnError` naming the call that failed.
  static func spawn(_ path: String, _ arguments: [String], environment: [String])
    throws(SpawnError) -> ChildProcess
  {
    let (ours, theirs) = try channel()
    defer { close(theirs) }
    let (reading, writing) = try pipe()
    defer { close(writing) }
    let start = SpawnStart(
      path: path, arguments: arguments, environment: environment, channel: theirs, output: writing)
    let (pid, code) = start.run()
    guard code == 0 else {
      close(ours)
      close(reading)
      throw SpawnError(call: "posix_spawn of \(path)", code: code)
    }
    return ChildProcess(
      pid: pid, channel: ours, output: reading, handle: spawn_pidfd_open(pid))
  }

  private static func channel() throws(SpawnError) -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw SpawnError(call: "socketpair", code: errno)
    }
    return try settled(ends, call: "socketpair")
  }

  private static func pipe() throws(SpawnError) -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe2(&ends, O_CLOEXEC) == 0 else { throw SpawnError(call: "pipe2", code: errno) }
    return try settled(ends, call: "pipe2")
  }

  /// The host's end without waiting, the child's end clear of the numbers it will have there.
  private static func settled(_ ends: [Int32], call: String) throws(SpawnError) -> (Int32, Int32) {
    let moved = spawn_move_up(ends[1])
    close(ends[1])
    guard moved >= 0 else {
      close(ends[0])
      throw SpawnError(call: call, code: errno)
    }
    spawn_set_nonblocking(ends[0])
    return (ends[0], moved)
  }
}

/// A call that the machine refused.
struct SpawnError: Error, CustomStringConvertible {
  let call: String
  let code: Int32

  var description: String { "\(call): \(unsafe String(cString: strerror(code)))" }
}

/// What `posix_spawn` is given.
private struct SpawnStart {
  let path: String
  let arguments: [String]
  let environment: [String]
  let channel: Int32
  let output: Int32

  func run() -> (pid: pid_t, code: Int32) {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
    unsafe posix_spawn_file_actions_adddup2(&actions, output, 2)
    unsafe posix_spawn_file_actions_adddup2(&actions, channel, 3)
    unsafe posix_spawn_file_actions_addclosefrom_np(&actions, 4)
    var attributes = Self.attributes()
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var pid: pid_t = 0
    let code = unsafe Self.withCStrings(arguments) { arguments in
      unsafe Self.withCStrings(environment) { environment in
        unsafe posix_spawn(&pid, path, &actions, &attributes, arguments, environment)
      }
    }
    return (pid, code)
  }

  /// A group of its own, no blocked signals, and every signal as the system delivers it.
  private static func attributes() -> posix_spawnattr_t {
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
    unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    unsafe sigfillset(&signals)
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    return attributes
  }

  private static func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    var pointers = unsafe texts.map { unsafe strdup($0) } + [nil]
    defer { unsafe pointers.forEach { unsafe free($0) } }
    return unsafe body(&pointers)
  }
}
