import Isolation
import PluginAPI
import Wire

/// Workers of libraries that changed on disk, up beside those in force, for a table that fits only the
/// changed libraries.
package struct Replacements: Sendable {
  let id: Int
  /// What the changed libraries say of themselves, by plugin.
  package let descriptions: [String: PluginDescription]
}

extension Stage {
  /// The plugins whose library is replaced with the stage.
  package var replaced: [PluginDescription] {
    (replacements?.descriptions.values).map(Array.init) ?? []
  }
}

extension Supervisor {
  /// Starts a worker for each of `names` whose library is not the one its present worker has; nothing
  /// in force changes. `stage` takes them over; without it `discard` ends them.
  package func replacements(for names: [String], pins: [String: String]) async -> Replacements {
    let id = Int(nextRequest())
    var descriptions: [String: PluginDescription] = [:]
    for name in names.sorted() {
      guard let plugin = plugins[name], plugin.current != nil,
        folder.stamp(of: name) != plugin.stamp,
        await folder(has: name, otherThan: plugin.accepted?.digest),
        let worker = try? await greet(plugin, pin: pins[name])
      else { continue }
      plugin.older.append(worker)
      replacing[id, default: []].append(worker)
      descriptions[name] = worker.description
    }
    return Replacements(id: id, descriptions: descriptions)
  }

  private func folder(has name: String, otherThan digest: String?) async -> Bool {
    let library = folder.library(of: name)
    return await files.run { SHA256.hex(file: library) } != digest
  }

  /// Ends replacements that no stage took over.
  package func discard(_ replacements: Replacements) { discardReplacements(replacements.id) }

  func discardReplacements(_ id: Int) {
    for worker in replacing.removeValue(forKey: id) ?? [] {
      perform(worker.life.kill(.unwanted), on: worker)
    }
  }

  /// Has replacements make all jobs that they would run, and says what is wrong with them.
  func check(_ replacements: Replacements, with jobs: [HostedJob]) async -> [JobProblem] {
    var problems: [JobProblem] = []
    for worker in replacing[replacements.id] ?? [] {
      let own = jobs.filter { $0.job.plugin == worker.plugin.name }
      do throws(PluginProblem) {
        _ = try compare(worker, with: worker.plugin.accepted, own)
      } catch {
        problems += own.prefix(1).map { JobProblem(job: $0.job.name, message: error.message) }
        continue
      }
      problems += await prepare(own, on: worker)
    }
    return problems
  }

  /// Lets replacements take over, as upgrades do.
  func takeOver(_ id: Int) {
    for worker in replacing.removeValue(forKey: id) ?? [] {
      let plugin = worker.plugin
      plugin.older.removeAll { $0 === worker }
      guard worker.life.state == .ready else { continue }
      switchOver(to: worker, stamp: folder.stamp(of: plugin.name))
    }
  }
}
