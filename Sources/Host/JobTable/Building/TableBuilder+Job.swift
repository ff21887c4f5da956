import PluginAPI

/// One entry under `jobs`.
extension TableBuilder {
  static let jobKeys = [
    "plugin", "job", "enabled", "every", "cron", "timezone", "dst", "at", "idle", "on", "manual",
    "jitter", "phase", "overlap", "misfire", "timeout", "retry", "priority", "group", "precision",
    "on_lost",
    "failure_budget", "max_lateness", "grant", "parameters",
  ]

  static let durationBounds: [String: ClosedRange<Duration>] = [
    "every": .milliseconds(1) ... .seconds(366 * 86_400),
    "idle": .milliseconds(1) ... .seconds(366 * 86_400),
    "jitter": .zero ... .seconds(86_400),
    "timeout": .milliseconds(1) ... .seconds(86_400),
    "max_lateness": .microseconds(1) ... .seconds(86_400),
    "backoff": .milliseconds(1) ... .seconds(86_400),
  ]

  /// What a job says explicitly, for defaults that depend on the rest.
  struct Written {
    var misfire = false
    var onLost = false
    /// `nil` when nothing, or nonsense, is said.
    var isManual: Bool?
    var calendar: (zone: Element?, dst: Element?, cron: Element?) = (nil, nil, nil)
  }

  mutating func readJob(_ name: Element, _ body: Element) -> JobEntry {
    var job = JobTerms(plugin: "")
    var written = Written()
    for (key, value) in body.pairs { readKey(key, value, &job, &written) }
    if job.plugin.isEmpty, body.value("plugin") == nil {
      findings.error(
        "job '\(name.text)' names no plugin", at: name.place,
        expected: "'plugin:' with the name of a library in host.plugins")
    }
    readCalendar(written, &job)
    checkCadence(name, body, job, written)
    setDefaults(written, &job)
    return JobEntry(name: name.text, line: name.line, terms: shared(job))
  }

  /// The terms in the form in which equal jobs share them; those of neighbours are most often equal.
  private mutating func shared(_ terms: JobTerms) -> SharedTerms {
    if let lastTerms, lastTerms.terms == terms { return lastTerms }
    let new = SharedTerms(terms)
    let shared = knownTerms.count < Self.cacheLimit ? knownTerms.insert(new).memberAfterInsert : new
    lastTerms = shared
    return shared
  }

  private mutating func readKey(
    _ key: Element, _ value: Element, _ job: inout JobTerms, _ written: inout Written
  ) {
    switch key.text {
    case "plugin": job.plugin = readPlugin(value) ?? ""
    case "job": job.kind = value.scalar("job", .text, &findings).map { JobKind($0) }
    case "enabled": set(&job.isEnabled, value.scalar("enabled", .standard, &findings))
    case "every": job.cadence.every = duration("every", value)
    case "cron": written.calendar.cron = value
    case "timezone": written.calendar.zone = value
    case "dst": written.calendar.dst = value
    case "at": job.cadence.at = value.scalar("at", .time, &findings)
    case "idle": job.cadence.idle = duration("idle", value)
    case "on": job.cadence.signals = readSignals(value)
    case "manual": written.isManual = value.scalar("manual", .standard, &findings)
    case "jitter": set(&job.cadence.jitter, duration("jitter", value))
    case "phase": job.cadence.phase = readPhase(value)
    case "parameters": readParameters(value, &job)
    default: readPolicy(key, value, &job, &written)
    }
  }

  private mutating func readPolicy(
    _ key: Element, _ value: Element, _ job: inout JobTerms, _ written: inout Written
  ) {
    switch key.text {
    case "overlap": set(&job.overlap, value.scalar("overlap", .choice, &findings))
    case "misfire":
      written.misfire = true
      set(&job.misfire, readMisfire(value))
    case "timeout": set(&job.timeout, duration("timeout", value))
    case "retry": set(&job.retry, readRetry(value))
    case "priority":
      set(&job.priority, value.scalar("priority", .standard, in: -1_000...1_000, &findings))
    case "group": job.group = readGroup(value)
    case "precision": set(&job.precision, value.scalar("precision", .choice, &findings))
    case "on_lost":
      written.onLost = true
      set(&job.onLost, value.scalar("on_lost", .choice, &findings))
    case "failure_budget":
      let budget = value.scalar("failure_budget", .standard, in: 0...1_000_000, &findings)
      set(&job.failureBudget, budget)
    case "max_lateness": job.maxLateness = duration("max_lateness", value)
    case "grant": job.grants = readGrants(value)
    default: key.unknownKey(among: Self.jobKeys, &findings)
    }
  }

  private func set<Value>(_ target: inout Value, _ value: Value?) {
    if let value { target = value }
  }

  private mutating func readPlugin(_ value: Element) -> String? {
    guard let name = value.scalar("plugin", .text, &findings) else { return nil }
    let isName = name.utf8.allSatisfy {
      (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 95
    }
    if isName, name.utf8.count <= 100 { return name }
    findings.error(
      "'\(value.shown)' cannot name a plugin", at: value.place,
      expected: "the library's name without 'lib' and '.so', such as GridRebalancer")
    return nil
  }

  private mutating func readGroup(_ value: Element) -> String? {
    guard let name = value.scalar("group", .text, &findings) else { return nil }
    if table.groups[name] != nil { return name }
    findings.error(
      "unknown group '\(value.shown)'", at: value.place, expected: "a name under 'groups:'",
      suggestion: NearName.of(name, among: table.groups.keys.sorted()))
    return nil
  }

  /// A duration within the bounds of its key.
  mutating func duration(_ key: String, _ value: Element) -> Duration? {
    let bounds = Self.durationBounds[key]
    if value.kind == .scalar, let known = durations[value.text], bounds?.contains(known) != false {
      return known
    }
    let read = value.scalar(key, ScalarCodec<Duration>.standard, in: bounds, &findings)
    if durations.count < Self.cacheLimit, let read { durations[value.text] = read }
    return read
  }

  private mutating func readParameters(_ value: Element, _ job: inout JobTerms) {
    guard value.isMapping("parameters", &findings) else { return }
    for (key, value) in value.pairs
    where value.isScalar(key.text, "a number, a word or text", &findings) {
      job.parameters[key.text] = value.text
      if value.flags.contains(.secret) { job.secretParameters.insert(key.text) }
    }
  }

  /// Catching up on a tick of seconds is worthless; a daily job must not be lost.
  private func setDefaults(_ written: Written, _ job: inout JobTerms) {
    if !written.misfire {
      let cadence = job.cadence
      let isFast = cadence.every.map { $0 < .seconds(60) } ?? false
      job.misfire = isFast && cadence.cron == nil && cadence.at == nil ? .skip : .latest
    }
    if !written.onLost { job.onLost = job.grants.contains { $0.movesMoney } ? .hold : .skip }
  }
}
