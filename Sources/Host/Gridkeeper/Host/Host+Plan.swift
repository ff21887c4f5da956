import JobTable
import PluginAPI
import Scheduler
import Supervisor

/// A plan cannot be made, or no longer says what it said.
struct PlanFailure: Error, Sendable, CustomStringConvertible {
  let description: String
}

// What a reload would do, and doing exactly that.
extension Host {
  /// Checks the table on disk and tells what putting it into force would do. Changes nothing.
  func plan() async throws(PlanFailure) -> PlanAnswer {
    let content = try await contentForPlan()
    let candidate: TableCandidate
    do throws(TableRejection) {
      candidate = try await examiner.examine(content.bytes, after: force)
    } catch {
      throw PlanFailure(description: error.diagnostics.rendered())
    }
    await parts.supervisor.discard(candidate.stage)
    let schedule = ScheduleTable(
      jobs: candidate.table.jobs, groups: candidate.table.groups,
      generation: Int(force.generation) + 1)
    let diff = TableDiff(from: force.table, to: candidate.table, catalog: candidate.catalog)
    return PlanAnswer(
      id: planID(content), generation: force.generation, diff: diff.text,
      starts: await parts.scheduler.plan(schedule).filter { $0.change != .unchanged },
      warnings: candidate.warnings.rendered())
  }

  /// Puts the table into force only if plan `id` is still what that would do.
  func reload(plan id: String) async throws(PlanFailure) -> ReloadReport {
    try await inTurn { await self.apply(plan: id) }.get()
  }

  private func apply(plan id: String) async -> Result<ReloadReport, PlanFailure> {
    do throws(PlanFailure) {
      let content = try await contentForPlan()
      guard planID(content) == id else {
        throw PlanFailure(
          description: "plan \(id) is stale: the table or the generation in force changed since; "
            + "nothing was done")
      }
      return .success(await apply(content))
    } catch {
      return .failure(error)
    }
  }

  private func contentForPlan() async throws(PlanFailure) -> TableFile.Content {
    do throws(TableFile.Failure) { return try await readTable() } catch {
      throw PlanFailure(description: error.description)
    }
  }

  private func planID(_ content: TableFile.Content) -> String {
    "\(force.generation)-" + String(content.digest, radix: 16)
  }
}
