import Isolation
@_spi(Host) import PluginAPI
import Telemetry
import Wire

extension Supervisor {
  /// Names of all plugins whose library is in the directory, sorted.
  package func availablePlugins() async -> [String] {
    await files.run { [folder] in folder.plugins() }
  }

  /// What a plugin says about itself; starts its worker for the purpose if there is none. `pins` are
  /// the digests of the table that asks, by default those in force.
  ///
  /// - Throws: `PluginProblem` saying why it cannot be loaded.
  package func describe(_ name: String, pins: [String: String]? = nil)
    async throws(PluginProblem) -> PluginDescription
  {
    let plugin = hosted(name)
    if plugin.current == nil, let pins { plugin.pin = pins[name] }
    plugin.visitors += 1
    defer {
      plugin.visitors -= 1
      retireIfIdle(plugin)
    }
    return try await up(plugin)
  }

  /// Starts the worker of a plugin again whose breaker tripped, or forgets its deaths.
  package func resume(_ name: String) {
    guard let plugin = plugins[name] else { return }
    plugin.crashes.clear()
    plugin.restarts += plugin.current == nil ? 1 : 0
    if used.contains(name) { bringUp(plugin) }
  }

  /// Waits until the worker of `plugin` is up, starting it if it is not.
  func up(_ plugin: HostedPlugin) async throws(PluginProblem) -> PluginDescription {
    if let description = plugin.current?.description { return description }
    guard !isShutDown else { throw PluginProblem(plugin: plugin.name, "the host stops") }
    let result = await withCheckedContinuation { continuation in
      plugin.waiters.append(continuation)
      if plugin.state == .tripped { plugin.crashes.clear() }
      bringUp(plugin)
    }
    return try result.get()
  }

  /// Plugins with jobs in force whose library changed on disk since their worker was started; one
  /// whose worker stays down also when its library is again what it was.
  /// Reads only libraries whose file changed, and off the loop's thread.
  package func changedPlugins() async -> [String] {
    var changed: [String] = []
    for name in used.sorted() {
      guard let plugin = plugins[name] else { continue }
      let folder = folder
      guard let stamp = await files.run({ folder.stamp(of: name) }), stamp != plugin.stamp,
        stamp != plugin.refusedStamp
      else { continue }
      let digest = await files.run { SHA256.hex(file: folder.library(of: name)) }
      if digest == plugin.accepted?.digest, plugin.state != .tripped {
        plugin.stamp = stamp
      } else {
        changed.append(name)
      }
    }
    return changed
  }

  /// Replaces the worker of `name` by one with the library as it is now on disk.
  ///
  /// The new worker greets and checks all jobs of the plugin first; only then it takes over, and the
  /// old one finishes its runs. If anything fails the old one stays and goes on.
  ///
  /// - Throws: `PluginProblem` saying what keeps the new library from taking over.
  package func upgrade(_ name: String) async throws(PluginProblem) -> UpgradeReport {
    let plugin = hosted(name)
    guard !plugin.isUpgrading else {
      throw PluginProblem(plugin: name, "an upgrade is already under way")
    }
    plugin.isUpgrading = true
    defer { plugin.isUpgrading = false }
    let stamp = folder.stamp(of: name)
    let before = plugin.accepted
    do throws(PluginProblem) {
      let candidate = try await candidate(for: plugin)
      let report = try await check(candidate, after: before)
      switchOver(to: candidate, stamp: stamp)
      return report
    } catch {
      plugin.refusedStamp = stamp
      plugin.lastError = error
      log.error("an upgrade failed, the old worker stays", ["plugin": name, "why": error.message])
      throw error
    }
  }

  private func candidate(for plugin: HostedPlugin) async throws(PluginProblem) -> Worker {
    do throws(GreetingFailure) {
      return try await greet(plugin, pin: plugin.pin)
    } catch {
      throw error.problem
    }
  }

  /// Checks capabilities and jobs of a worker that shall take over; kills it when they do not fit.
  func check(_ candidate: Worker, after before: PluginDescription?)
    async throws(PluginProblem) -> UpgradeReport
  {
    candidate.plugin.older.append(candidate)
    let jobs = jobs(of: candidate.plugin.name)
    do throws(PluginProblem) {
      let report = try compare(candidate, with: before, jobs)
      let problems = await prepare(jobs, on: candidate)
      guard problems.isEmpty else {
        let all = problems.map(\.description).joined(separator: "; ")
        throw PluginProblem(
          plugin: candidate.plugin.name, "jobs do not fit the new library: \(all)")
      }
      guard candidate.life.state == .ready else {
        throw PluginProblem(plugin: candidate.plugin.name, "the new worker died")
      }
      candidate.plugin.older.removeAll { $0 === candidate }
      return report
    } catch {
      perform(candidate.life.kill(.unwanted), on: candidate)
      throw error
    }
  }

  func compare(_ candidate: Worker, with before: PluginDescription?, _ jobs: [HostedJob])
    throws(PluginProblem) -> UpgradeReport
  {
    let name = candidate.plugin.name
    var report = UpgradeReport(
      plugin: name, from: Self.identity(before), to: Self.identity(candidate.description),
      gained: [:], lost: [:])
    for job in jobs.map(\.job) {
      let old = before?.job(job.kind)?.capabilities ?? []
      let new = candidate.declared(by: job)
      let gained = new.subtracting(old)
      let refused = gained.subtracting(job.grants)
      guard refused.isEmpty else {
        let names = refused.sorted().map(\.rawValue).joined(separator: ", ")
        throw PluginProblem(
          plugin: name, "job \(job.name) would gain \(names); grant it in the job table first")
      }
      report.gained[job.name] = gained.isEmpty ? nil : gained
      let lost = old.subtracting(new)
      report.lost[job.name] = lost.isEmpty ? nil : lost
    }
    return report
  }

  private static func identity(_ description: PluginDescription?) -> String {
    description.map { "\($0.version) (\($0.digest.prefix(12)))" } ?? "none"
  }

  func switchOver(to candidate: Worker, stamp: LibraryStamp?) {
    let plugin = candidate.plugin
    plugin.stamp = stamp
    plugin.refusedStamp = nil
    plugin.crashes.clear()
    plugin.lastError = nil
    adopt(candidate)
    delegateChange(plugin)
  }
}
