import Glibc
import Lab

/// A run of the Lab in a process of its own, with what the kernel says it cost.
struct LabProcessCall: Sendable {
  let report: LabReport
  /// CPU seconds, those of the kernel included.
  let cpu: Double
  /// The most memory that was resident, in megabytes (10⁶ bytes).
  let memory: Double

  /// Runs `lab run` with the words and reads its report from `file`.
  ///
  /// - Throws: `CommandFailure` when the process cannot be started or does not end well.
  init(_ words: [String], report file: String) throws(CommandFailure) {
    let own = try ExecutablePath.own()
    let pid = try Self.spawn([own, "lab", "run", "--quiet", "--json", file] + words)
    var (status, usage): (Int32, rusage) = (0, rusage())
    while unsafe wait4(pid, &status, 0, &usage) < 0, errno == EINTR {}
    guard status == 0 else { throw CommandFailure("lab run \(words) ended with status \(status)") }
    report = try LabFiles.report(file)
    cpu = Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime)
    memory = Double(usage.ru_maxrss) * 1_024 / 1e6
  }

  private static func seconds(_ time: timeval) -> Double {
    Double(time.tv_sec) + Double(time.tv_usec) / 1e6
  }

  private static func spawn(_ words: [String]) throws(CommandFailure) -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
    defer { unsafe arguments.forEach { unsafe free($0) } }
    var pid: pid_t = 0
    let code = unsafe posix_spawn(&pid, words[0], &actions, nil, &arguments, environ)
    guard code == 0 else { throw CommandFailure("\(words[0]) cannot be started: errno \(code)") }
    return pid
  }
}
