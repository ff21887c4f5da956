/// What separates one table from another, secrets masked.
package struct TableDiff: Sendable, Hashable, Codable {
  /// One value that differs.
  package struct Change: Sendable, Hashable, Codable {
    /// The key: `every`, `parameters.levels`, `storage.database`.
    package var key: String
    /// The old value; `nil` when there was none.
    package var old: String?
    /// The new value; `nil` when there is none.
    package var new: String?
    /// Whether it takes effect only when the host starts again.
    package var needsRestart: Bool

    package init(key: String, old: String?, new: String?, needsRestart: Bool = false) {
      self.key = key
      self.old = old
      self.new = new
      self.needsRestart = needsRestart
    }
  }

  /// What a change of a job means for the host.
  package enum Aspect: String, Sendable, Hashable, Codable, CaseIterable {
    /// It runs other code: another plugin or kind.
    case plugin
    /// It is switched on or off.
    case enabled
    /// It runs at other times.
    case cadence
    /// It runs under other policies.
    case policy
    /// It may do other things on chain.
    case grants
    /// It runs with other parameters, from its next run on.
    case parameters
  }

  /// A job that both tables have, but not equally.
  package struct JobChange: Sendable, Hashable, Codable {
    package var name: String
    /// What the changes mean, each aspect once.
    package var aspects: Set<Aspect>
    /// The values that differ.
    package var changes: [Change]
  }

  /// A job that one table has and the other has not.
  package struct JobSummary: Sendable, Hashable, Codable {
    package var name: String
    package var plugin: String
    /// When it runs, in words of the table.
    package var cadence: String
    package var isEnabled: Bool
  }

  /// Jobs that only the new table has, by name.
  package var added: [JobSummary] = []
  /// Jobs that only the old table has, by name.
  package var removed: [JobSummary] = []
  /// Jobs that differ, by name.
  package var changed: [JobChange] = []
  /// Settings that differ, in the order of the table.
  package var settings: [Change] = []
  /// How many jobs are the same in both.
  package var unchanged = 0

  /// Whether the tables say the same.
  package var isEmpty: Bool {
    added.isEmpty && removed.isEmpty && changed.isEmpty && settings.isEmpty
  }

  /// The settings that take effect only when the host starts again.
  package var restarts: [Change] { settings.filter(\.needsRestart) }

  /// Compares two tables; `catalog` tells which further parameters are secret. Costs a pass over
  /// the jobs.
  package init(from old: JobTable, to new: JobTable, catalog: PluginCatalog = PluginCatalog()) {
    settings = Self.settings(old, new)
    for (name, job) in new.jobs {
      guard let before = old.jobs[name] else {
        added.append(JobSummary(job))
        continue
      }
      guard !before.isSame(as: job) else {
        unchanged += 1
        continue
      }
      changed.append(JobChange(from: before, to: job, catalog: catalog))
    }
    for (name, job) in old.jobs where new.jobs[name] == nil { removed.append(JobSummary(job)) }
    added.sort { $0.name < $1.name }
    removed.sort { $0.name < $1.name }
    changed.sort { $0.name < $1.name }
  }

  private static func settings(_ old: JobTable, _ new: JobTable) -> [Change] {
    var changes: [Change] = []
    for section in SectionSettings.all {
      let values = zip(section.show(old), section.show(new))
      for (field, (before, after)) in zip(section.fields, values) where before != after {
        changes.append(
          Change(
            key: "\(section.name).\(field.key)", old: before, new: after,
            needsRestart: field.needsRestart))
      }
    }
    for name in Set(old.groups.keys).union(new.groups.keys).sorted()
    where old.groups[name] != new.groups[name] {
      changes.append(
        Change(
          key: "groups.\(name)", old: old.groups[name].map(String.init),
          new: new.groups[name].map(String.init)))
    }
    return changes
  }
}

extension TableDiff.JobSummary {
  init(_ job: JobEntry) {
    self.init(
      name: job.name, plugin: job.plugin, cadence: JobText.cadence(job), isEnabled: job.isEnabled)
  }
}

extension TableDiff.JobChange {
  init(from old: JobEntry, to new: JobEntry, catalog: PluginCatalog) {
    self.init(name: new.name, aspects: [], changes: [])
    for (before, after) in zip(JobText.lines(old), JobText.lines(new))
    where before.value != after.value {
      aspects.insert(after.aspect)
      changes.append(TableDiff.Change(key: after.key, old: before.value, new: after.value))
    }
    for name in Set(old.parameters.keys).union(new.parameters.keys).sorted() {
      let (before, after) = (old.parameters[name], new.parameters[name])
      guard before != after else { continue }
      aspects.insert(.parameters)
      let isSecret = catalog.isSecret(name, of: old) || catalog.isSecret(name, of: new)
      changes.append(
        TableDiff.Change(
          key: "parameters.\(name)", old: before.map { isSecret ? Masking.mask : $0 },
          new: after.map { isSecret ? Masking.mask : $0 }))
    }
  }
}
