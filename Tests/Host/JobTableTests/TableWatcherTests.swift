import Foundation
import Isolation
import Testing

@testable import JobTable

/// Real files under a real watcher.
@Suite(.serialized, .timeLimit(.minutes(1))) struct TableWatcherTests {
  /// A directory of its own, and what happens in it.
  private final class Scene {
    let directory: URL
    var path: String { directory.appendingPathComponent("jobs.yaml").path }

    init() throws {
      directory = URL(fileURLWithPath: "/tmp/jobtable-watch-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    func url(_ name: String) -> URL { directory.appendingPathComponent(name) }

    func write(_ text: String, to name: String = "jobs.yaml") throws {
      try Data(text.utf8).write(to: url(name))
    }

    func append(_ text: String) throws {
      let handle = try FileHandle(forWritingTo: url("jobs.yaml"))
      try handle.seekToEnd()
      try handle.write(contentsOf: Data(text.utf8))
      try handle.close()
    }

    func move(_ name: String, over target: String) throws {
      guard rename(url(name).path, url(target).path) == 0 else {
        throw CocoaError(.fileWriteUnknown)
      }
    }

    func link(_ name: String, to target: String) throws {
      try FileManager.default.createSymbolicLink(
        atPath: url(name).path, withDestinationPath: target)
    }

    func remove(_ name: String = "jobs.yaml") throws {
      try FileManager.default.removeItem(at: url(name))
    }

    /// A watcher whose poll is too rare to help.
    func watch(known: UInt64? = nil, settle: Duration = .milliseconds(20)) -> TableWatcher {
      TableWatcher(path: path, known: known, settle: settle, poll: .seconds(600))
    }
  }

  private typealias Events = AsyncStream<TableWatcher.Event>

  /// The next content. A slow machine may show what is missing or empty between two steps.
  private func content(_ events: Events) async -> String? {
    for await event in events {
      guard case .changed(let content) = event else { continue }
      return String(decoding: content.bytes, as: UTF8.self)
    }
    return nil
  }

  /// Waits until the file is unreadable for this reason; new content before that is a failure.
  private func isUnreadable(_ reason: String, _ events: Events) async -> Bool {
    for await event in events {
      guard case .unreadable(let told) = event else { return false }
      if told == reason { return true }
    }
    return false
  }

  @Test func theFirstContentAndEveryNewOneAreTold() async throws {
    let scene = try Scene()
    try scene.write("one")
    let watcher = scene.watch()
    let events = watcher.events
    #expect(await content(events) == "one")
    try scene.write("two")
    #expect(await content(events) == "two")
  }

  @Test func contentThatIsKnownIsNotTold() async throws {
    let scene = try Scene()
    try scene.write("one")
    let watcher = scene.watch(known: StableDigest.of(Array("one".utf8)))
    let events = watcher.events
    watcher.check()
    try scene.write("one", to: "same")
    try scene.move("same", over: "jobs.yaml")
    try scene.write("two")
    #expect(await content(events) == "two")
  }

  @Test func editorsRenameOver() async throws {
    let scene = try Scene()
    try scene.write("one")
    let watcher = scene.watch()
    let events = watcher.events
    #expect(await content(events) == "one")
    for text in ["two", "three", "four"] {
      try scene.write(text, to: ".jobs.yaml.swp")
      try scene.move(".jobs.yaml.swp", over: "jobs.yaml")
      #expect(await content(events) == text)
    }
  }

  @Test func deletedAndMadeAgain() async throws {
    let scene = try Scene()
    try scene.write("one")
    let watcher = scene.watch()
    let events = watcher.events
    #expect(await content(events) == "one")
    try scene.remove()
    #expect(await isUnreadable("the file does not exist", events))
    try scene.write("one")
    #expect(await content(events) == "one")
  }

  @Test func configurationMapsSwapALink() async throws {
    let scene = try Scene()
    for version in ["v1", "v2", "v3"] {
      try FileManager.default.createDirectory(
        at: scene.url(version), withIntermediateDirectories: false)
      try scene.write(version, to: version + "/jobs.yaml")
    }
    try scene.link("..data", to: "v1")
    try scene.link("jobs.yaml", to: "..data/jobs.yaml")
    let watcher = scene.watch()
    let events = watcher.events
    #expect(await content(events) == "v1")
    for version in ["v2", "v3"] {
      try scene.link("..data_tmp", to: version)
      try scene.move("..data_tmp", over: "..data")
      #expect(await content(events) == version)
    }
    try scene.write("v3 edited", to: "v3/jobs.yaml")
    #expect(await content(events) == "v3 edited")
  }

  @Test func theWholeDirectoryMayGoAndReturn() async throws {
    let scene = try Scene()
    try FileManager.default.createDirectory(
      at: scene.url("etc"), withIntermediateDirectories: false)
    try scene.write("one", to: "etc/jobs.yaml")
    let watcher = TableWatcher(
      path: scene.url("etc/jobs.yaml").path, settle: .milliseconds(20), poll: .seconds(600))
    let events = watcher.events
    #expect(await content(events) == "one")
    try scene.move("etc", over: "old")
    #expect(await isUnreadable("the file does not exist", events))
    try scene.write("two", to: "old/jobs.yaml")
    try scene.move("old", over: "etc")
    #expect(await content(events) == "two")
  }

  @Test func unreadableFilesAreTold() async throws {
    let scene = try Scene()
    try scene.write("one")
    let watcher = scene.watch()
    let events = watcher.events
    #expect(await content(events) == "one")
    try scene.remove()
    try FileManager.default.createDirectory(
      at: scene.url("jobs.yaml"), withIntermediateDirectories: false)
    #expect(await isUnreadable("this is no regular file", events))
    try scene.remove()
    try scene.link("jobs.yaml", to: "jobs.yaml")
    #expect(await isUnreadable("symbolic links that lead in a circle", events))
    try scene.remove()
    try scene.write("")
    #expect(await isUnreadable("the file is empty", events))
    try scene.write("two")
    #expect(await content(events) == "two")
  }

  @Test(.enabled(if: geteuid() != 0, "permissions do not bind the superuser"))
  func permissionsAreTold() async throws {
    let scene = try Scene()
    try scene.write("one")
    let watcher = scene.watch()
    let events = watcher.events
    #expect(await content(events) == "one")
    chmod(scene.path, 0)
    #expect(await isUnreadable("no permission to read the file", events))
    chmod(scene.path, 0o600)
    #expect(await content(events) == "one")
  }

  @Test func twoHalvesAreOneChange() async throws {
    let scene = try Scene()
    try scene.write("first half, ")
    let watcher = scene.watch(settle: .seconds(1))
    let events = watcher.events
    try scene.append("second half")
    #expect(await content(events) == "first half, second half")
  }

  @Test func lateConsumersGetTheNewestOnly() async throws {
    let scene = try Scene()
    try scene.write("one")
    let watcher = scene.watch()
    let other = scene.watch()
    let witness = other.events
    for text in ["two", "three"] {
      #expect(await content(witness) != nil)
      try scene.write(text)
    }
    #expect(await content(witness) == "three")
    watcher.check()
    let events = watcher.events
    while let text = await content(events), text != "three" {}
    watcher.cancel()
    #expect(await content(events) == nil)
  }

  @Test func withoutNoticesALookNowAndThenFindsTheChange() async throws {
    let scene = try Scene()
    try scene.write("one")
    let watcher = TableWatcher(
      path: scene.path,
      state: WatchState(settle: .milliseconds(10), poll: .milliseconds(20), known: nil),
      time: SystemTime(), takesNotice: false)
    let events = watcher.events
    #expect(await content(events) == "one")
    try scene.write("two")
    #expect(await content(events) == "two")
  }

  @Test func watchersLeaveNothingBehind() async throws {
    let scene = try Scene()
    try scene.write("0")
    let before = try await Self.inotifyDescriptors(atMost: 0)
    let watcher = scene.watch(settle: .milliseconds(10))
    let events = watcher.events
    _ = await content(events)
    let during = try Self.descriptors(of: scene)
    for round in 1...100 {
      try scene.write("\(round)", to: "new")
      try scene.move("new", over: "jobs.yaml")
      #expect(await content(events) == "\(round)")
    }
    #expect(try Self.descriptors(of: scene) == during)
    watcher.cancel()
    #expect(await content(events) == nil)
    for _ in 0..<20 {
      let short = scene.watch(settle: .milliseconds(10))
      let events = short.events
      _ = await content(events)
    }
    #expect(try await Self.inotifyDescriptors(atMost: before) == before)
  }

  /// Waits until at most so many watchers have descriptors: their threads end on their own.
  private static func inotifyDescriptors(atMost limit: Int) async throws -> Int {
    while true {
      let count = try targets().count { $0.contains("inotify") }
      if count <= limit { return count }
      await Task.yield()
    }
  }

  private static func descriptors(of scene: Scene) throws -> Int {
    try targets().count { $0.contains("inotify") || $0.hasPrefix(scene.directory.path) }
  }

  private static func targets() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
      try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
    }
  }
}
