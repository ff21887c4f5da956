import PluginAPI

/// When a job runs.
extension TableBuilder {
  mutating func readSignals(_ value: Element) -> [String] {
    guard value.kind == .sequence else {
      if value.kind == .scalar, !value.isNull, let name = signal(value) { return [name] }
      if !value.isBroken, value.kind != .scalar || value.isNull {
        findings.error(
          "'on' is \(value.kindName)", at: value.place, expected: "a list such as [signal.rebuild]")
      }
      return []
    }
    var names: [String] = []
    for element in value.children {
      guard let name = signal(element) else { continue }
      if names.contains(name) {
        findings.error("'\(element.shown)' is listed twice", at: element.place)
      }
      names.append(name)
    }
    return names
  }

  private mutating func signal(_ element: Element) -> String? {
    let expected = "signal.NAME, such as signal.rebuild"
    guard element.isScalar("on", expected, &findings) else { return nil }
    let name = element.text.dropFirst(7)
    if element.text.hasPrefix("signal."), !name.isEmpty, name.utf8.count <= 100 {
      return String(name)
    }
    let isBare = !element.text.contains(".") && element.text.utf8.count <= 100
    findings.error(
      "'\(element.shown)' does not fit 'on'", at: element.place, expected: expected,
      suggestion: isBare && !element.text.isEmpty ? "signal.\(element.text)" : nil)
    return nil
  }

  mutating func readPhase(_ value: Element) -> Duration? {
    if value.text == "auto" { return nil }
    if value.text == "0" { return .zero }
    let range: ClosedRange<Duration> = .zero ... .seconds(366 * 86_400)
    return value.scalar("phase", ScalarCodec<Duration>.standard, in: range, &findings)
  }

  mutating func readCalendar(_ written: Written, _ job: inout JobTerms) {
    guard let cron = written.calendar.cron else {
      for (key, element) in [("timezone", written.calendar.zone), ("dst", written.calendar.dst)] {
        guard let element else { continue }
        findings.error("'\(key)' without 'cron'", at: element.place, expected: "'cron:' beside it")
      }
      return
    }
    let zone = written.calendar.zone.flatMap { readZone($0) } ?? "UTC"
    let dst = written.calendar.dst.map { readTransitions($0) } ?? (.runAfter, .first)
    let expected = "an expression such as \"0 9 * * MON-FRI\""
    guard cron.isScalar("cron", expected, &findings) else { return }
    do throws(CronError) {
      job.cadence.cron = CronSchedule(
        expression: cron.text, fields: try fields(cron.text), zone: zone, gap: dst.gap,
        fold: dst.fold)
    } catch { report(error, in: cron) }
  }

  private mutating func fields(_ expression: String) throws(CronError) -> CronFields {
    if let known = expressions[expression] { return known }
    let fields = try CronFields(parsing: expression)
    if expressions.count < Self.cacheLimit { expressions[expression] = fields }
    return fields
  }

  /// Points at the wrong field when the expression stands in the file as it was read.
  private mutating func report(_ error: CronError, in cron: Element) {
    var place = cron.place
    let shift = cron.flags.contains(.quoted) ? 1 : 0
    if place.length == cron.text.count + 2 * shift {
      place.column += error.offset + shift
      place.length = error.length
    }
    findings.error("'cron': \(error.message)", at: place, expected: error.expected)
  }

  private mutating func readZone(_ value: Element) -> String? {
    let expected = "a name such as Europe/Berlin or UTC"
    guard value.isScalar("timezone", expected, &findings) else { return nil }
    let isKnown = zones[value.text] ?? zoneExists(value.text)
    if zones.count < Self.cacheLimit { zones[value.text] = isKnown }
    if isKnown { return value.text }
    findings.error("unknown time zone '\(value.shown)'", at: value.place, expected: expected)
    return nil
  }

  private mutating func readTransitions(
    _ value: Element
  ) -> (gap: CronSchedule.Gap, fold: CronSchedule.Fold) {
    var result = (gap: CronSchedule.Gap.runAfter, fold: CronSchedule.Fold.first)
    guard value.isMapping("dst", &findings) else { return result }
    for (key, value) in value.pairs {
      switch key.text {
      case "gap": result.gap = value.scalar("gap", .choice, &findings) ?? result.gap
      case "fold": result.fold = value.scalar("fold", .choice, &findings) ?? result.fold
      default: key.unknownKey(among: ["gap", "fold"], in: "'dst'", &findings)
      }
    }
    return result
  }

  /// What only holds, or fails, for several keys together.
  mutating func checkCadence(
    _ name: Element, _ body: Element, _ job: JobTerms, _ written: Written
  ) {
    let cadence = job.cadence
    if body.value("every") == nil, let phase = body.pair("phase") {
      findings.error(
        "'phase' without 'every'", at: phase.key.place, expected: "'every:' beside it")
    }
    checkManual(name, body, job, written)
    guard let every = cadence.every else { return }
    for (key, value) in [("phase", cadence.phase), ("jitter", cadence.jitter)] {
      guard let value, value >= every, let element = body.value(key) else { continue }
      findings.error(
        "'\(key)' is not shorter than 'every'", at: element.place,
        expected: "less than \(every.parameterText)")
    }
  }

  /// A job that never runs by itself says so, lest a forgotten cadence pass for a decision.
  private mutating func checkManual(
    _ name: Element, _ body: Element, _ job: JobTerms, _ written: Written
  ) {
    let cadence = ["every", "cron", "at", "idle", "on"].first { body.value($0) != nil }
    if written.isManual == true, let cadence, let manual = body.pair("manual") {
      findings.error(
        "'manual' beside '\(cadence)'", at: manual.key.place,
        expected: "one of them: a manual job runs only when an operator triggers it")
    }
    let isForgotten = written.isManual == false || body.value("manual") == nil
    guard cadence == nil, isForgotten, job.isEnabled else { return }
    findings.warning(
      "job '\(name.text)' runs only when an operator asks: it has no every, cron, at, idle or on",
      at: name.place, expected: "'manual: true' if that is meant")
  }
}

extension ScalarCodec<Timestamp> {
  /// A point in time in RFC 3339.
  static var time: Self {
    Self(parse: CalendarTime.parse, show: CalendarTime.text, shape: .time)
  }
}
