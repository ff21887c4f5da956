import Glibc
import PluginAPI

/// What a bad plugin may do, one job kind for each.
@c(misbehaving_plugin_v1) public func misbehavingPlugin() -> UnsafeMutableRawPointer {
  PluginManifest(
    name: "Misbehaving", version: "1.0.0",
    jobs: [
      Trap.self, Throw.self, Hang.self, Spin.self, Allocate.self, CloseChannel.self,
      GarbleChannel.self, Print.self, IgnoreCancel.self, Fork.self, Exit.self, Slow.self,
      Echo.self, Ask.self, Tell.self, Crowd.self, Escape.self, Peek.self, Hoard.self,
    ]
  ).exported()
}

struct Trap: Job {
  static let kind: JobKind = "trap"
  static let summary = "Reads past the end of an array."
  @Parameter("The index that is read") var index: Int = 7

  func run(_ run: Run) async throws -> Outcome { .done("\([1, 2, 3][index])") }
}

struct Throw: Job {
  static let kind: JobKind = "throw"
  static let summary = "Fails with an error."

  struct Failure: Error, CustomStringConvertible { let description = "the job threw this" }

  func run(_ run: Run) async throws -> Outcome { throw Failure() }
}

struct Hang: Job {
  static let kind: JobKind = "hang"
  static let summary = "Waits for ever."

  func run(_ run: Run) async throws -> Outcome {
    await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
    return .done("")
  }
}

struct Spin: Job {
  static let kind: JobKind = "spin"
  static let summary = "Computes for ever without a pause."

  func run(_ run: Run) async throws -> Outcome {
    var number: UInt64 = 1
    while number != 0 { number = (number &* 3) | 1 }
    return .done("\(number)")
  }
}

struct Allocate: Job {
  static let kind: JobKind = "allocate"
  static let summary = "Takes memory without end."

  func run(_ run: Run) async throws -> Outcome {
    var pieces: [[UInt8]] = []
    while true { pieces.append([UInt8](repeating: 1, count: 8 << 20)) }
  }
}

struct CloseChannel: Job {
  static let kind: JobKind = "close-channel"
  static let summary = "Closes the channel to the host."

  func run(_ run: Run) async throws -> Outcome {
    shutdown(3, Int32(SHUT_WR))
    await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
    return .done("")
  }
}

struct GarbleChannel: Job {
  static let kind: JobKind = "garble-channel"
  static let summary = "Writes nonsense into the channel to the host."

  func run(_ run: Run) async throws -> Outcome {
    let nonsense = [UInt8](repeating: 0xEE, count: 64)
    write(3, nonsense, nonsense.count)
    await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
    return .done("")
  }
}

struct Print: Job {
  static let kind: JobKind = "print"
  static let summary = "Floods standard output and error."
  @Parameter("How many lines") var lines: Int = 10_000

  func run(_ run: Run) async throws -> Outcome {
    for number in 0..<lines {
      print("line \(number) of a plugin that talks too much")
      let complaint = Array("and complaint \(number)\n".utf8)
      write(2, complaint, complaint.count)
    }
    fflush(nil)
    return .done("\(lines)")
  }
}

struct IgnoreCancel: Job {
  static let kind: JobKind = "ignore-cancel"
  static let summary = "Goes on although it was cancelled."
  @Parameter("How long in all") var time: Duration = .milliseconds(50)

  func run(_ run: Run) async throws -> Outcome {
    let end = ContinuousClock.now + time
    while ContinuousClock.now < end { await Task.yield() }
    return .done(Task.isCancelled ? "cancelled and finished" : "finished")
  }
}

struct Fork: Job {
  static let kind: JobKind = "fork"
  static let summary = "Starts a process that would outlive it."

  func run(_ run: Run) async throws -> Outcome {
    var child: pid_t = 0
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("1000"), nil]
    defer { arguments.forEach { free($0) } }
    let code = posix_spawn(&child, "/bin/sleep", nil, nil, &arguments, nil)
    return code == 0 ? .done("\(child)") : .nothingToDo("posix_spawn: \(code)")
  }
}

struct Exit: Job {
  static let kind: JobKind = "exit"
  static let summary = "Ends the process."
  @Parameter("The exit code") var code: Int = 3

  func run(_ run: Run) async throws -> Outcome { exit(Int32(code)) }
}

struct Slow: Job {
  static let kind: JobKind = "slow"
  static let summary = "Takes its time."
  @Parameter("How long") var time: Duration = .milliseconds(10)

  func run(_ run: Run) async throws -> Outcome {
    try await Task.sleep(for: time)
    return .done("slept")
  }
}

struct Echo: Job {
  static let kind: JobKind = "echo"
  static let summary = "Returns its text."
  @Parameter("The text") var text: String = "hello"
  @Parameter("How often", in: 1...10) var times: Int = 1

  func validate() -> [ParameterProblem] {
    text == "forbidden"
      ? [ParameterProblem(parameter: "text", message: "must not be forbidden")] : []
  }

  func run(_ run: Run) async throws -> Outcome {
    .done("\(String(repeating: text, count: times)) \(run.job) \(run.attempt) \(run.cause)")
  }
}

struct Ask: Job {
  static let kind: JobKind = "ask"
  static let summary = "Asks the host, and says what it answered."
  static let capabilities: Set<Capability> = [.trade, .signal]

  func run(_ run: Run) async throws -> Outcome {
    try await run.signals.send("rebuild")
    return .done("sent")
  }
}

struct Tell: Job {
  static let kind: JobKind = "tell"
  static let summary = "Tells the host without waiting."
  @Parameter("How often") var times: Int = 3

  func run(_ run: Run) async throws -> Outcome {
    for number in 0..<times { run.log.info("telling \(number)", ["of": "\(times)"]) }
    return .done("told")
  }
}

struct Crowd: Job {
  static let kind: JobKind = "crowd"
  static let summary = "Says how many descriptors and variables it can see."

  func run(_ run: Run) async throws -> Outcome {
    var open: [Int32] = []
    for descriptor in 0..<Int32(1_024) where fcntl(descriptor, F_GETFD) >= 0 {
      open.append(descriptor)
    }
    var names: [String] = []
    var place = environ
    while let entry = place.pointee {
      names.append(String(String(cString: entry).prefix { $0 != "=" }))
      place += 1
    }
    return .done("\(open.count) descriptors; \(names.sorted().joined(separator: " "))")
  }
}
