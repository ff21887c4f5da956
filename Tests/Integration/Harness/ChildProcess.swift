import Glibc
import Isolation

/// How a process ended.
enum ProcessEnd: Sendable, Hashable {
  case exited(Int32)
  case killed(signal: Int32)
}

/// A process that a test started; it does not outlive the value.
final class ChildProcess: Sendable {
  let pid: pid_t
  let output = Lines()
  let errors = Lines()
  private let ended = Guarded<ProcessEnd?>(nil)
  /// Closes when the process ended; nothing is ever written to it.
  private let life = Lines()

  /// Descriptors of one child must not leak into another that is started at the same time.
  private static let starting = Guarded(())

  /// Starts `path` with the words; its environment is `environment` and nothing else.
  init(_ path: String, _ words: [String], environment: [String: String]) throws {
    let (pid, output, errors) = try Self.starting.withLock { _ in
      try Self.spawn([path] + words, environment)
    }
    self.pid = pid
    let (outputLines, errorLines, life, ended) = (self.output, self.errors, self.life, self.ended)
    Thread.start(name: "child-output") { Self.read(output, into: outputLines) }
    Thread.start(name: "child-errors") { Self.read(errors, into: errorLines) }
    Thread.start(name: "child-end") {
      let how = Self.wait(for: pid)
      ended.withLock { $0 = how }
      life.close()
    }
  }

  deinit { signal(SIGKILL) }

  /// Sends a signal, if the process still runs.
  func signal(_ number: Int32) {
    ended.withLock { if $0 == nil { _ = kill(pid, number) } }
  }

  /// Waits until the process ended.
  func waitForEnd() async throws -> ProcessEnd {
    let end = try await within(
      .seconds(60), "the end of process \(pid)", context: { self.errors.text }
    ) {
      _ = await self.life.first { _ in false }
      return self.ended.withLock(\.self)
    }
    guard let end else { throw CancellationError() }
    return end
  }

  private static func spawn(_ words: [String], _ environment: [String: String]) throws -> (
    pid_t, Int32, Int32
  ) {
    let (output, errors) = (try pipe(), try pipe())
    defer {
      close(output.write)
      close(errors.write)
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output.write, 1)
    posix_spawn_file_actions_adddup2(&actions, errors.write, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var pid: pid_t = 0
    let code = withCStrings(words) { arguments in
      withCStrings(environment.map { "\($0)=\($1)" }) { variables in
        posix_spawn(&pid, words[0], &actions, &attributes, arguments, variables)
      }
    }
    guard code == 0 else {
      throw TooLate(
        description: "\(words[0]) cannot be started: \(String(cString: strerror(code)))")
    }
    return (pid, output.read, errors.read)
  }

  private static func pipe() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    guard Glibc.pipe(&ends) == 0 else { throw TooLate(description: "no pipe: errno \(errno)") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  private static func withCStrings<Result>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = texts.map { strdup($0) } + [nil]
    defer { for copy in copies { free(copy) } }
    return body(copies)
  }

  private static func read(_ descriptor: Int32, into lines: Lines) {
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(descriptor, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      lines.append(piece[..<count])
    }
    close(descriptor)
    lines.close()
  }

  private static func wait(for pid: pid_t) -> ProcessEnd {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7F
    return signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: signal)
  }
}

/// Whether a process of that number runs; one that ended and waits to be collected does not.
func isRunning(_ pid: pid_t) -> Bool {
  guard let file = fopen("/proc/\(pid)/stat", "r") else { return false }
  defer { fclose(file) }
  var bytes = [UInt8](repeating: 0, count: 512)
  let count = fread(&bytes, 1, bytes.count, file)
  return !String(decoding: bytes[..<count], as: UTF8.self).contains(") Z ")
}
