/// What each metric of the host means; the one list of their names, without the prefix.
package enum MetricHelp: Sendable {
  /// Help texts by name. A name that is not here is one that a plugin made up.
  package static let texts: [String: String] = scheduling.merging(workers) { first, _ in first }
    .merging(bundles) { first, _ in first }
    .merging(market) { first, _ in first }
    .merging(host) { first, _ in first }

  private static let scheduling: [String: String] = [
    "slots_total": "Slots by job and outcome.",
    "run_seconds": "Time from the start of a run to its end.",
    "scheduler_lateness_seconds":
      "Time from a slot to the start of its run, by the part that lost it.",
    "scheduler_jobs": "Jobs in the table.",
    "scheduler_runs_under_way": "Runs that have not ended.",
    "scheduler_job_overdue": "Enabled jobs whose next slot lies in the past.",
    "scheduler_clock_steps_total": "Steps of the clock on the wall.",
    "scheduler_halted": "1 while nothing new is started.",
    "scheduler_ledger_dropped": "Records of slots that the ledger had no room for.",
    "scheduler_ledger_failures_total": "Records of slots that the store did not take.",
    "scheduler_stray_reports": "Reports about runs that the scheduler does not know.",
  ]

  private static let workers: [String: String] = [
    "worker_starts_total": "Worker processes started.",
    "worker_deaths_total": "Worker processes that ended without being asked.",
    "worker_trips_total": "Crash loops that stopped a plugin.",
    "worker_runs_rejected_total": "Runs that no worker could take, by reason.",
    "worker_tellings_dropped_total": "Log lines, events and numbers that a worker had to drop.",
    "worker_output_dropped_total": "Output of workers that was dropped.",
  ]

  private static let bundles: [String: String] = [
    "trading_active": "1 while trading is active, 0 while it is reduced or halted.",
    "bundles_total": "Bundles by job and outcome.",
    "bundle_total": "Bundles by result, and why.",
    "bundle_stage_seconds": "Time that a stage of a bundle's way takes.",
    "bundle_sends_total": "Handovers to the block engine by answer.",
    "bundle_rejections_total": "Bundles that the block engine turned down.",
    "bundle_status_failures_total": "Questions for statuses that the node did not answer.",
    "bundle_incidents_total": "Fills with own orders on both sides where that is not allowed.",
    "bundles_under_way": "Bundles that are not final yet.",
    "bundles_unknown": "Bundles whose fate nobody knows.",
    "denials_total": "Refused bundles by code.",
    "breaker_trips_total": "Circuit breakers that opened.",
    "cancels_stuck_total": "Cancels that took too long.",
    "kill_seconds": "Time from an emergency stop until no own order stands.",
    "reconciliation_differences_total": "Orders that stand against what is believed, by kind.",
    "reconciliation_failures_total": "Comparisons with the chain that could not be made.",
    "tip_lamports": "The tip of the newest bundle that landed.",
    "tip_spend_lamports_total": "Tips of all bundles that landed.",
    "bundle_journal_failures_total": "Changes of bundles that the store did not take.",
  ]

  private static let market: [String: String] = [
    "trades_total": "Trades seen on the market.",
    "fills_total": "Fills of own orders by side.",
    "feed_trades_missed_total": "Trades that the market's feed lost.",
    "imbalance_index": "Bid depth less ask depth as a share of both, -1 to 1.",
    "synthetic_volume_ratio": "Share of the volume that own wallets traded with each other.",
    "pivot_price": "The pivot price.",
    "mid_price": "The middle between best bid and best ask.",
  ]

  private static let host: [String: String] = [
    "metrics_refused_total": "Look-ups of metrics that were refused: too many, or of another kind."
  ]
}
