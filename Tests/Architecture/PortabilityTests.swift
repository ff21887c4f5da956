import Foundation
import Testing

/// Nothing that is tracked knows the machine it was written on.
@Suite struct PortabilityTests {
  /// Homes and work folders of people and machines, as absolute paths.
  private static var machinePath: Regex<Substring> {
    /(?:^|[^\w.~}\/-])\/(?:home|Users|root|work|opt\/swift)\//
  }

  /// Hosts that packages come from: which one to ask is up to the machine's own configuration.
  private static var registry: Regex<Substring> {
    /\b(?:files\.pythonhosted|pypi|proxy\.golang|registry\.npmjs|repo1?\.maven|(?:deb|ftp)\.debian)\.(?:org|apache\.org)\b|\b(?:index\.crates|docker|ghcr)\.io\b/
  }

  /// Words without which no line can hold such a name; looking for them is far cheaper.
  private static let hints = [
    "/home/", "/Users/", "/root/", "/work/", "/opt/swift/", ".org", ".io",
  ]

  static func findings(in text: String, path: String) -> [Finding] {
    guard hints.contains(where: text.contains) else { return [] }
    return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap {
      number, line in
      var findings: [Finding] = []
      if line.contains(machinePath) {
        findings.append(
          Finding(path: path, line: number + 1, rule: "a path of one machine; use a relative one"))
      }
      if line.contains(registry) {
        findings.append(
          Finding(
            path: path, line: number + 1, rule: "a registry's host name; leave it to its client"))
      }
      return findings
    }
  }

  @Test("No file names a path of one machine or the host of a package registry")
  func trackedFiles() throws {
    let own = "Tests/Architecture/PortabilityTests.swift"
    for path in try Self.trackedFiles() where path != own {
      guard let text = try? SourceTree.text(of: path) else { continue }
      report(Self.findings(in: text, path: path))
    }
  }

  @Test(
    "Such a name is found",
    arguments: ["see /home/ada/notes", "\"/work/x\"", "pip install -i https://pypi.org/simple"])
  func breaches(text: String) {
    #expect(Self.findings(in: text, path: "a").count == 1)
  }

  @Test(
    "Others are not",
    arguments: [
      "/usr/share/gocode", "Sources/work/a", "https://example.org/home/page", "$HOME/work/",
    ])
  func keeping(text: String) {
    #expect(Self.findings(in: text, path: "a").isEmpty)
  }

  /// What git tracks or would track; without git, everything.
  private static func trackedFiles() throws -> [String] {
    guard SourceTree.exists(".git") else {
      return SourceTree.paths(under: ".")
    }
    let git = Process()
    git.executableURL = URL(filePath: "/usr/bin/env")
    git.arguments = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    git.currentDirectoryURL = SourceTree.root
    let pipe = Pipe()
    git.standardOutput = pipe
    try git.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    git.waitUntilExit()
    try #require(git.terminationStatus == 0, "git ls-files failed")
    return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
