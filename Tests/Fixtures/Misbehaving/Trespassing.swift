import Glibc
import PluginAPI

// What a bad plugin may try on the machine and on its host.

struct Escape: Job {
  static let kind: JobKind = "escape"
  static let summary = "Starts processes that try to leave its process group, by fork and by spawn."

  func run(_ run: Run) async throws -> Outcome {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    // POSIX_SPAWN_SETSID, which the module hides.
    posix_spawnattr_setflags(&attributes, 0x80)
    let words = ["setsid", "sleep", "1000"]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { arguments.forEach { free($0) } }
    var child: pid_t = 0
    let inSession = posix_spawn(&child, "/usr/bin/setsid", nil, &attributes, &arguments, environ)
    let forked = posix_spawn(&child, "/usr/bin/setsid", nil, nil, &arguments, environ)
    var status: Int32 = 0
    waitpid(child, &status, 0)
    return .done("spawn \(inSession), fork \(forked) ended with \((status >> 8) & 0xFF)")
  }
}

struct Peek: Job {
  static let kind: JobKind = "peek"
  static let summary = "Tries to read the environment of its host."

  func run(_ run: Run) async throws -> Outcome {
    guard let file = fopen("/proc/\(getppid())/environ", "r") else {
      return .done("errno \(errno)")
    }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = fread(&bytes, 1, bytes.count, file)
    return .done("\(count) bytes")
  }
}

struct Hoard: Job {
  static let kind: JobKind = "hoard"
  static let summary = "Fills the board and its state, and sends signals without end."
  static let capabilities: Set<Capability> = [.signal]

  func run(_ run: Run) async throws -> Outcome {
    let board = await refusal { try await run.board.publish("hoard-\($0)", $0) }
    let state = await refusal { try await run.state.set("hoard-\($0)", to: $0) }
    let signals = await refusal { _ in try await run.signals.send("hoard") }
    return .done([board, state, signals].joined(separator: "; "))
  }

  private func refusal(_ body: (Int) async throws -> Void) async -> String {
    for number in 0..<10_000 {
      do { try await body(number) } catch { return "\(number): \(error)" }
    }
    return "no bound"
  }
}
