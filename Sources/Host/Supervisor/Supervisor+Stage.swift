import Isolation
import PluginAPI
import Wire

extension Supervisor {
  /// Checks a whole new set of jobs without changing anything that is in force.
  ///
  /// Workers of plugins with new or changed jobs are started as needed and make each such job once;
  /// a job that did not change costs nothing.
  /// `pins` are the table's digests, by default those in force; with `replacements`, jobs of their
  /// plugins are checked in these and not in the workers in force.
  package func stage(
    _ wanted: [StagedJob], pins: [String: String]? = nil, replacements: Replacements? = nil
  ) async -> StageResult {
    var hostedJobs: [String: HostedJob] = [:]
    hostedJobs.reserveCapacity(wanted.count)
    var fresh: [HostedJob] = []
    for job in wanted {
      if let old = jobs[job.name], old.isMadeLike(job) {
        hostedJobs[job.name] = old.job == job ? old : HostedJob(job: job, handle: old.handle)
      } else {
        let new = HostedJob(job: job, handle: nextHandle())
        hostedJobs[job.name] = new
        fresh.append(new)
      }
    }
    let stage = Stage(
      id: Int(nextRequest()), jobs: hostedJobs, pins: pins ?? self.pins, replacements: replacements)
    let isReplaced = { (job: HostedJob) in
      replacements?.descriptions[job.job.plugin] != nil
    }
    var problems = await check(fresh.filter { !isReplaced($0) }, of: stage)
    problems += brokenPins(of: stage)
    if let replacements {
      problems += await check(replacements, with: hostedJobs.values.filter(isReplaced))
    }
    return StageResult(stage: stage, problems: problems.sorted { $0.job < $1.job })
  }

  /// Puts a stage into force, as one change. Old runs go on as they were started.
  package func commit(_ stage: Stage) {
    let kept = Set(stage.jobs.values.map(\.handle))
    let before = jobs
    pinOpenRuns()
    jobs = stage.jobs
    seats = []
    used = []
    for job in jobs.values { used.insert(job.job.plugin) }
    pins = stage.pins
    if let replacements = stage.replacements { takeOver(replacements.id) }
    var names = used
    for job in before.values { names.insert(job.job.plugin) }
    for name in names {
      let plugin = hosted(name)
      plugin.pin = pins[name]
      let dropped = before.values.filter { $0.job.plugin == name && !kept.contains($0.handle) }
      release(dropped.map(\.handle), on: plugin)
      if let worker = plugin.current { prepareMissing(on: worker) } else { wake(plugin) }
    }
    end(stage)
  }

  /// Forgets a stage that shall not come into force.
  package func discard(_ stage: Stage) {
    let kept = Set(jobs.values.map(\.handle))
    let dropped = stage.jobs.values.filter { !kept.contains($0.handle) }
    if let replacements = stage.replacements { discard(replacements) }
    for (name, jobs) in Dictionary(grouping: dropped, by: \.job.plugin) {
      release(jobs.map(\.handle), on: hosted(name))
    }
    end(stage)
  }

  private func wake(_ plugin: HostedPlugin) {
    if plugin.state == .stopped, used.contains(plugin.name) { bringUp(plugin) }
  }

  private func end(_ stage: Stage) {
    for name in Set(stage.jobs.values.map(\.job.plugin))
    where stage.visited.withLock({ $0.remove(name) != nil }) {
      hosted(name).visitors -= 1
    }
    for plugin in plugins.values { retireIfIdle(plugin) }
  }

  private func release(_ handles: [UInt32], on plugin: HostedPlugin) {
    guard let worker = plugin.current, !handles.isEmpty else { return }
    worker.prepared.subtract(handles)
    worker.send(.release(handles))
  }

  // MARK: Checking

  private func check(_ fresh: [HostedJob], of stage: Stage) async -> [JobProblem] {
    let groups = Dictionary(grouping: fresh, by: \.job.plugin)
    for name in groups.keys {
      let plugin = hosted(name)
      plugin.visitors += 1
      stage.visited.withLock { _ = $0.insert(name) }
      if plugin.current == nil {
        plugin.pin = stage.pins[name]
        if plugin.state == .tripped { plugin.crashes.clear() }
        bringUp(plugin)
      }
    }
    var problems: [JobProblem] = []
    for (name, jobs) in groups.sorted(by: { $0.key < $1.key }) {
      problems += await check(jobs, of: hosted(name))
    }
    return problems
  }

  private func check(_ jobs: [HostedJob], of plugin: HostedPlugin) async -> [JobProblem] {
    do throws(PluginProblem) {
      _ = try await up(plugin)
    } catch {
      return jobs.map { JobProblem(job: $0.job.name, message: "\(error)") }
    }
    guard let worker = plugin.current else {
      return jobs.map { JobProblem(job: $0.job.name, message: "the worker died") }
    }
    return await prepare(jobs, on: worker)
  }

  private func brokenPins(of stage: Stage) -> [JobProblem] {
    stage.jobs.values.compactMap { hosted in
      let name = hosted.job.plugin
      let digest =
        stage.replacements?.descriptions[name]?.digest
        ?? plugins[name]?.current?.description?.digest
      guard let pin = stage.pins[name], let digest, digest != pin
      else { return nil }
      return JobProblem(
        job: hosted.job.name,
        message: "plugin \(name) is pinned to \(pin) but its worker runs \(digest)")
    }
  }

  /// Has a worker make jobs; returns what is wrong with them.
  func prepare(_ jobs: [HostedJob], on worker: Worker) async -> [JobProblem] {
    await withCheckedContinuation { continuation in
      send(jobs, to: worker) { continuation.resume(returning: $0) }
    }
  }

  /// How many jobs go into one frame.
  private static var pieceLength: Int { 1_000 }

  /// Has a worker make jobs before any run that is sent afterwards; `done` is told what is wrong
  /// with them.
  func send(
    _ jobs: [HostedJob], to worker: Worker, done: @escaping ([JobProblem]) -> Void
  ) {
    let pieces = stride(from: 0, to: jobs.count, by: Self.pieceLength).map {
      Array(jobs[$0..<min($0 + Self.pieceLength, jobs.count)])
    }
    guard worker.life.state == .ready, !pieces.isEmpty else {
      return done(jobs.map { JobProblem(job: $0.job.name, message: "the worker died") })
    }
    worker.prepared.formUnion(jobs.map(\.handle))
    let answers = Answers(missing: pieces.count)
    for piece in pieces {
      send(piece: piece, to: worker) { problems in
        answers.problems += problems
        answers.missing -= 1
        if answers.missing == 0 { done(answers.problems) }
      }
    }
  }

  /// Collects the answers about all pieces.
  private final class Answers {
    var missing: Int
    var problems: [JobProblem] = []
    init(missing: Int) { self.missing = missing }
  }

  private func send(
    piece: [HostedJob], to worker: Worker, done: @escaping ([JobProblem]) -> Void
  ) {
    let id = nextRequest()
    let orders = piece.map {
      PrepareJob(
        handle: $0.handle, name: $0.job.name, kind: $0.job.kind, parameters: $0.job.parameters)
    }
    let names = Dictionary(uniqueKeysWithValues: piece.map { ($0.handle, $0.job.name) })
    worker.preparations[id] = { [unowned worker] answer in
      guard let answer else {
        let why = worker.plugin.lastError?.message ?? "the worker died"
        return done(piece.map { JobProblem(job: $0.job.name, message: "while checked: \(why)") })
      }
      worker.prepared.subtract(answer.refused.map(\.handle))
      done(
        answer.refused.flatMap { refused in
          refused.problems.map {
            JobProblem(
              job: names[refused.handle] ?? "", parameter: $0.parameter, message: $0.message)
          }
        })
    }
    guard !worker.send(.prepare(PrepareJobs(id: id, jobs: orders))) else { return }
    worker.preparations[id] = nil
    worker.prepared.subtract(piece.map(\.handle))
    let message = "its parameters, or those of jobs beside it, are too long"
    done(piece.map { JobProblem(job: $0.job.name, message: message) })
  }
}
