import Testing

/// Who may import whom. The build checks Swift modules too; C modules, plugins and Foundation only
/// these tests see.
@Suite struct FloorTests {
  @Test("A host module imports strictly downwards, and only C that it owns")
  func hostModules() throws {
    for module in SourceTree.folders(under: "Sources/Host") where module != "CLibraries" {
      for file in try SourceTree.swiftFiles(under: "Sources/Host/\(module)") {
        report(Floors.findings(host: file, module: module))
      }
    }
  }

  @Test("A plugin imports the contract and nothing else")
  func plugins() throws {
    for file in try SourceTree.swiftFiles(under: "Sources/Plugins") {
      report(
        Floors.findings(
          in: file, allowed: ["PluginAPI"], rule: "a plugin imports PluginAPI and nothing else"))
    }
  }

  @Test("The contract imports nothing of ours")
  func contract() throws {
    for file in try SourceTree.swiftFiles(under: "Sources/PluginAPI/Sources") {
      report(
        Floors.findings(
          in: file, allowed: Floors.toolchain, rule: "the contract stands alone at the bottom"))
    }
  }

  @Test("Package.swift allows only what the floors allow")
  func manifest() throws {
    let manifest = try Manifest.ofProject()
    #expect(!manifest.floors.isEmpty, "the table of floors in Package.swift was not found")
    for (module, imports) in manifest.floors {
      for imported in imports {
        let file = SwiftFile(path: "Package.swift", text: "import \(imported)")
        report(Floors.findings(host: file, module: module))
      }
    }
  }

  @Test("Each C library has an owner, and each owner its library")
  func librariesHaveOwners() throws {
    let folders = Set(SourceTree.folders(under: "Sources/Host/CLibraries"))
    #expect(folders == Set(Floors.ownersOfC.keys), "CLibraries and Floors.ownersOfC differ")
  }

  @Test(
    "What breaks a floor is found",
    arguments: [
      ("Storage", "import Wire", "Storage stands on floor 3 and may not import Wire on floor 3"),
      ("Storage", "package import Market", "may not import Market on floor 4"),
      ("Worker", "import CSQLite", "CSQLite belongs to Storage alone, not to Worker"),
      ("Wire", "@preconcurrency import struct Foundation.Data", "Foundation is neither"),
      ("Attic", "import Isolation", "module Attic has no floor"),
    ])
  func breaches(module: String, text: String, rule: String) {
    let findings = Floors.findings(host: SwiftFile(path: "a.swift", text: text), module: module)
    #expect(findings.count == 1)
    #expect(findings.first?.rule.contains(rule) == true)
  }

  @Test(
    "What keeps to the floors is not",
    arguments: ["@_spi(Host) import PluginAPI", "package import Isolation", "// import Gridkeeper"])
  func keeping(text: String) {
    let file = SwiftFile(path: "a.swift", text: text)
    #expect(Floors.findings(host: file, module: "Telemetry").isEmpty)
  }
}

/// Records each finding as a failure of its own.
func report(_ findings: [Finding], at location: SourceLocation = #_sourceLocation) {
  for finding in findings {
    Issue.record(Comment(rawValue: finding.description), sourceLocation: location)
  }
}
