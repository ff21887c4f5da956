import Foundation

/// A rule that one line of the tree breaks.
struct Finding: Hashable, CustomStringConvertible, Sendable {
  var path: String
  var line: Int
  var rule: String

  var description: String { "\(path):\(line): \(rule)" }
}

/// One Swift file of the tree: as it was written, and with comments and literals blanked.
struct SwiftFile: Sendable {
  var path: String
  var lines: [Substring]
  var code: [Substring]

  init(path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    code = SwiftText.codeOnly(text).split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// A finding for each line of code that `pattern` matches.
  func findings(of pattern: Regex<Substring>, rule: String) -> [Finding] {
    code.indices.filter { code[$0].contains(pattern) }
      .map { Finding(path: path, line: $0 + 1, rule: rule) }
  }
}

/// The files of the project as they stand on disk.
enum SourceTree {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../..").standardizedFileURL

  /// Paths below `folder`, relative to the root; build products are left out.
  static func paths(under folder: String) -> [String] {
    let all = FileManager.default.enumerator(atPath: root.appending(path: folder).path())
    var found: [String] = []
    while let path = all?.nextObject() as? String {
      let name = path.split(separator: "/").last ?? ""
      if name == ".build" || name == ".git" { all?.skipDescendants() } else { found.append(path) }
    }
    return found.map { "\(folder)/\($0)" }.sorted()
  }

  static func folders(under folder: String) -> [String] {
    let url = root.appending(path: folder)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path())) ?? []
    return names.filter { isFolder("\(folder)/\($0)") && !$0.hasPrefix(".") }.sorted()
  }

  static func swiftFiles(under folder: String) throws -> [SwiftFile] {
    try paths(under: folder).filter { $0.hasSuffix(".swift") }
      .map { SwiftFile(path: $0, text: try text(of: $0)) }
  }

  static func text(of path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path())
  }

  private static func isFolder(_ path: String) -> Bool {
    let values = try? root.appending(path: path).resourceValues(forKeys: [.isDirectoryKey])
    return values?.isDirectory == true
  }
}
