import Foundation

/// The floors of the house: a module imports strictly downwards, never sideways.
enum Floors {
  static let ranks: [String: Int] = [
    "PluginAPI": 0,
    "Isolation": 1,
    "Telemetry": 2,
    "JobTable": 3, "Wire": 3, "Storage": 3, "HotState": 3, "Network": 3,
    "Bundles": 4, "Market": 4,
    "Scheduler": 5, "Supervisor": 5, "Worker": 5, "Exchange": 5, "Solana": 5,
    "Web": 6, "Lab": 6,
    "Gridkeeper": 7,
  ]

  /// The one module whose folder may import each C library.
  static let ownersOfC: [String: String] = [
    "CEventLoop": "Isolation", "CInotify": "JobTable", "CYAML": "JobTable",
    "CSpawn": "Supervisor", "CSandbox": "Worker", "CSQLite": "Storage", "CWebSockets": "Network",
  ]

  /// What every module may import besides the house: the toolchain, without Foundation's cost.
  static let toolchain: Set<String> = [
    "FoundationEssentials", "Glibc", "Synchronization", "_Concurrency",
  ]

  /// The modules that `file` imports, with the line of each import.
  static func imports(of file: SwiftFile) -> [(module: String, line: Int)] {
    file.code.enumerated().compactMap { number, line in
      let found = line.firstMatch(
        of:
          /^\s*(?:@\w+(?:\([\w\s]*\))?\s+|(?:public|package|internal|fileprivate|private)\s+)*import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)/
      )
      return found.map { (String($0.output.1), number + 1) }
    }
  }

  /// What a file of a host module imports against the rules.
  static func findings(host file: SwiftFile, module: String) -> [Finding] {
    guard let rank = ranks[module] else {
      return [
        Finding(path: file.path, line: 1, rule: "module \(module) has no floor in Floors.swift")
      ]
    }
    return imports(of: file).compactMap { imported, line in
      objection(to: imported, from: module, rank: rank)
        .map { Finding(path: file.path, line: line, rule: $0) }
    }
  }

  private static func objection(to imported: String, from module: String, rank: Int) -> String? {
    if let floor = ranks[imported] {
      guard imported != module, floor >= rank else { return nil }
      return "\(module) stands on floor \(rank) and may not import \(imported) on floor \(floor)"
    }
    if let owner = ownersOfC[imported] {
      return owner == module ? nil : "\(imported) belongs to \(owner) alone, not to \(module)"
    }
    return toolchain.contains(imported)
      ? nil : "\(imported) is neither a floor, a C library nor \(toolchain.sorted())"
  }

  /// What a file of a plugin, or of the contract itself, imports beyond `allowed`.
  static func findings(in file: SwiftFile, allowed: Set<String>, rule: String) -> [Finding] {
    imports(of: file).filter { !allowed.contains($0.module) }
      .map { Finding(path: file.path, line: $0.line, rule: "imports \($0.module); \(rule)") }
  }
}

/// The tables that `Package.swift` builds its targets from.
struct Manifest: Sendable {
  var floors: [String: Set<String>]
  var plugins: Set<String>
  var fixtures: Set<String>
  var libraries: Set<String>

  init(text: String) {
    floors = [:]
    for row in text.matches(of: /\(\s*"(\w+)",\s*\[([^\]]*)\]\s*\)/) {
      floors[String(row.output.1)] = Self.words(row.output.2)
    }
    plugins = Self.list(/let plugins = \[([^\]]*)\]/, in: text)
    fixtures = Self.list(/let fixtures = \[([^\]]*)\]/, in: text)
    libraries = Set(
      text.matches(of: /\("(C[A-Z]\w*)", (?:nil|"[^"]*"),/).map { String($0.output.1) })
  }

  static func ofProject() throws -> Manifest {
    Manifest(text: try SourceTree.text(of: "Package.swift"))
  }

  private static func list(_ pattern: Regex<(Substring, Substring)>, in text: String) -> Set<String>
  {
    text.firstMatch(of: pattern).map { words($0.output.1) } ?? []
  }

  private static func words(_ text: Substring) -> Set<String> {
    Set(text.matches(of: /"(\w+)"/).map { String($0.output.1) })
  }
}
