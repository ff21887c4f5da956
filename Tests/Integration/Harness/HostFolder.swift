import FoundationEssentials
import Glibc
import TestSupport

@testable import Gridkeeper

/// A directory with a job table, plugins, a store and a socket, for one host.
final class HostFolder: Sendable {
  /// Where this build's executable and libraries are.
  static let products: String = {
    let path = (try? ExecutablePath.own()) ?? ""
    return String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
  }()
  static let executable = products + "/gridkeeper"

  private let directory = TemporaryDirectory()
  let path: String
  let table: String
  let socket: String

  /// Makes the directory with links to the named plugins.
  init(plugins: String...) throws {
    path = directory.path
    table = directory.file("jobs.yaml")
    socket = directory.file("host.sock")
    try FileManager.default.createDirectory(
      atPath: directory.file("plugins"), withIntermediateDirectories: true)
    for plugin in plugins { try install(plugin) }
  }

  func file(_ name: String) -> String { directory.file(name) }

  /// The path of a plugin's library.
  func library(_ plugin: String) -> String { file("plugins/lib\(plugin).so") }

  /// Links a plugin of this build into the directory.
  func install(_ plugin: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: library(plugin), withDestinationPath: "\(Self.products)/lib\(plugin).so")
  }

  /// Puts another build of a plugin into the directory, as a deployment does: by renaming.
  func upgrade(_ plugin: String, appending text: String) throws {
    var bytes = try Data(contentsOf: URL(filePath: "\(Self.products)/lib\(plugin).so"))
    bytes.append(contentsOf: text.utf8)
    try replace(library(plugin), with: Array(bytes))
  }

  /// Puts a build of a plugin into the directory in which one text, most often the name of a
  /// parameter, is another one of the same length.
  func upgrade(_ plugin: String, replacing old: String, with new: String) throws {
    precondition(old.utf8.count == new.utf8.count, "the library must keep its layout")
    let bytes = Array(try Data(contentsOf: URL(filePath: "\(Self.products)/lib\(plugin).so")))
    let changed = bytes.replacing(Array(old.utf8), with: Array(new.utf8))
    guard changed != bytes else { throw TooLate(description: "\(plugin) has no text '\(old)'") }
    try replace(library(plugin), with: changed)
  }

  /// Writes a file beside `path` and renames it over `path`.
  func replace(_ path: String, with bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(filePath: path + ".new"))
    guard rename(path + ".new", path) == 0 else {
      throw TooLate(description: "cannot rename to \(path): errno \(errno)")
    }
  }

  /// Writes the file in place.
  func write(_ text: String, to name: String = "jobs.yaml") throws {
    try Data(text.utf8).write(to: URL(filePath: file(name)))
  }

  func read(_ name: String = "jobs.yaml") throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: file(name))), as: UTF8.self)
  }

  /// A table with these entries, two spaces deep, under `jobs`.
  static func table(_ jobs: String, host: String = "", more: String = "") -> String {
    """
    version: 1
    host:
      plugins: plugins
      settle: 20ms
    \(host)
    storage: { database: store.db }
    risk: { kill_file: KILL }
    \(more)
    jobs:
    \(jobs)
    """
  }

  /// What a process of the test sees of the environment.
  var environment: [String: String] {
    var environment = ["GRIDKEEPER_SOCKET": socket]
    for name in ["PATH", "HOME", "LD_LIBRARY_PATH"] {
      environment[name] = ProcessEnvironment.variables[name]
    }
    return environment
  }
}
