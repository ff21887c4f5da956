extension MetricCatalogue {
  static let scheduling = [
    MetricDescription(
      "slots_total", .counter, "slots", ["job", "outcome"], "Slots by job and outcome."),
    .init("run_seconds", .histogram, "seconds", "Time from the start of a run to its end."),
    .init(
      "scheduler_lateness_seconds", .histogram, "seconds", ["part"],
      "Time from a slot to the start of its run, by the part that lost it."),
    .init("scheduler_jobs", .gauge, "jobs", "Jobs in the table."),
    .init("scheduler_runs_under_way", .gauge, "runs", "Runs that have not ended."),
    .init(
      "scheduler_job_overdue", .gauge, "0 or 1", ["job"],
      "Enabled jobs whose next slot lies in the past."),
    .init("scheduler_clock_steps_total", .counter, "steps", "Steps of the clock on the wall."),
    .init("scheduler_halted", .gauge, "0 or 1", "1 while nothing new is started."),
    .init(
      "scheduler_ledger_dropped", .gauge, "records",
      "Records of slots that the ledger had no room for."),
    .init(
      "scheduler_ledger_failures_total", .counter, "records",
      "Records of slots that the store did not take."),
    .init(
      "scheduler_stray_reports", .gauge, "reports",
      "Reports about runs that the scheduler does not know."),
  ]

  static let workers = [
    MetricDescription(
      "worker_up", .gauge, "0 or 1", ["plugin"], "Whether a plugin's worker is ready."),
    .init("worker_resident_bytes", .gauge, "bytes", ["plugin"], "Memory of a plugin's worker."),
    .init("worker_starts_total", .counter, "starts", ["plugin"], "Worker processes started."),
    .init(
      "worker_deaths_total", .counter, "deaths", ["plugin"],
      "Worker processes that ended without being asked."),
    .init(
      "worker_trips_total", .counter, "trips", ["plugin"], "Crash loops that stopped a plugin."),
    .init(
      "worker_runs_rejected_total", .counter, "runs", ["reason"], "Runs that no worker could take."),
    .init(
      "worker_tellings_dropped_total", .counter, "tellings", ["plugin"],
      "Log lines, events and numbers that a worker had to drop."),
    .init(
      "worker_output_dropped_total", .counter, "lines", ["plugin"],
      "Output of workers that was dropped."),
  ]

  static let host = [
    MetricDescription(
      "config_generation", .gauge, "-", "The generation of the table that is in force."),
    .init("config_last_reload_ok", .gauge, "0 or 1", "Whether the newest table came into force."),
    .init("config_reloads_total", .counter, "reloads", ["result"], "Tables that were read."),
    .init(
      "job_tellings_refused_total", .counter, "tellings", ["job"],
      "Log lines, events and numbers of a job beyond its budget."),
    .init("store_failures_total", .counter, "writes", ["what"], "Writes that the store refused."),
    .init(
      "metrics_refused_total", .counter, "look-ups",
      "Look-ups of metrics that were refused: too many, or of another kind."),
  ]

  static let process = [
    MetricDescription("process_resident_memory_bytes", .gauge, "bytes", "Resident memory."),
    .init("process_virtual_memory_bytes", .gauge, "bytes", "Virtual memory."),
    .init("process_open_fds", .gauge, "descriptors", "Open descriptors."),
    .init("process_threads", .gauge, "threads", "Threads."),
    .init("process_start_time_seconds", .gauge, "seconds", "When it started, since 1970."),
    .init("process_cpu_seconds_total", .counter, "seconds", "Processor time spent."),
  ]

  /// What the shipped jobs tell; the host puts `job_` before their names and adds the job.
  static let jobs = [
    MetricDescription(
      "job_grid_rebuilds", .counter, "rebuilds", ["job"], "Rebuilds of the grid."),
    .init("job_grid_orders_planned", .gauge, "orders", ["job"], "Orders of the newest plan."),
    .init("job_grid_gamma", .gauge, "-", ["job"], "How fast the steps between levels grow."),
    .init("job_target_control_headroom", .gauge, "fraction", ["job"], "Tokens that can be bought."),
    .init("job_target_control_multiplier", .gauge, "-", ["job"], "What the bids are scaled by."),
    .init("job_target_control_depth", .gauge, "SOL", ["job"], "The depth that the bids get."),
    .init("job_fiat_injections", .counter, "injections", ["job"], "Injections carried out."),
    .init("job_fiat_injection_usdc", .counter, "USD", ["job"], "Dollars that were moved."),
    .init(
      "job_rent_reclaimed_lamports", .counter, "lamports", ["job"], "Rent that was got back."),
    .init("job_entropy_refreshes", .counter, "refreshes", ["job"], "Refreshes of the entropy."),
    .init("job_flash_volume_trades", .counter, "trades", ["job"], "Synthetic trades made."),
    .init("job_market_noise_trades", .counter, "trades", ["job"], "Noise trades made."),
    .init("job_markets_created", .counter, "markets", ["job"], "Markets that were replaced."),
  ]
}
