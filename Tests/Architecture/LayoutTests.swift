import Foundation
import Testing

/// Where things stand: folders and `Package.swift` agree, and each plugin is complete.
@Suite struct LayoutTests {
  let manifest: Manifest

  init() throws {
    manifest = try Manifest.ofProject()
  }

  @Test("Each folder is a target, and each target has its folder")
  func foldersAreTargets() {
    let modules = Set(manifest.floors.keys)
    expect("Sources/Host", holds: modules.union(["Gridkeeper", "CLibraries"]))
    expect("Sources/Host/CLibraries", holds: manifest.libraries)
    expect("Sources/Plugins", holds: manifest.plugins)
    expect("Tests/Fixtures", holds: manifest.fixtures)
    expect("Tests/Host", holds: Set(modules.map { "\($0)Tests" }))
    expect("Tests/Plugins", holds: Set(manifest.plugins.map { "\($0)Tests" }))
  }

  private func expect(_ folder: String, holds targets: Set<String>) {
    let folders = Set(SourceTree.folders(under: folder))
    for name in folders.subtracting(targets).sorted() {
      report([Finding(path: "\(folder)/\(name)", line: 1, rule: "no target in Package.swift")])
    }
    for name in targets.subtracting(folders).sorted() {
      report([Finding(path: "Package.swift", line: 1, rule: "\(folder)/\(name) is missing")])
    }
  }

  @Test("A plugin's folder holds its code, its README and its sample entry")
  func pluginsAreComplete() throws {
    for plugin in manifest.plugins.sorted() {
      let folder = "Sources/Plugins/\(plugin)"
      #expect(try !SourceTree.swiftFiles(under: folder).isEmpty, "\(folder): no code")
      for name in ["README.md", "sample.yaml"] {
        #expect(SourceTree.exists("\(folder)/\(name)"), "\(folder)/\(name):1: is missing")
      }
    }
  }

  @Test("A plugin's sample entry names that plugin")
  func samplesNameTheirPlugin() throws {
    for plugin in manifest.plugins.sorted() {
      let path = "Sources/Plugins/\(plugin)/sample.yaml"
      report(Self.strangers(in: try SourceTree.text(of: path), path: path, known: [plugin]))
    }
  }

  @Test("The shipped job table names only plugins that exist")
  func tableNamesPlugins() throws {
    for path in ["jobs.yaml"] where SourceTree.exists(path) {
      report(Self.strangers(in: try SourceTree.text(of: path), path: path, known: manifest.plugins))
    }
  }

  @Test("A job table that names a plugin which does not exist is found")
  func strangerIsFound() {
    let table = "jobs:\n  a: { plugin: Known, every: 1s }\n  b:\n    plugin: \"Unknown\"\n"
    let findings = Self.strangers(in: table, path: "jobs.yaml", known: ["Known"])
    #expect(findings.map(\.description) == ["jobs.yaml:4: there is no plugin Unknown"])
  }

  private static func strangers(in text: String, path: String, known: Set<String>) -> [Finding] {
    text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap {
      number, line in
      line.prefix { $0 != "#" }.matches(of: /\bplugin:\s*["']?(\w+)/)
        .filter { !known.contains(String($0.output.1)) }
        .map {
          Finding(path: path, line: number + 1, rule: "there is no plugin \($0.output.1)")
        }
    }
  }
}
