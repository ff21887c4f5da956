/// One time zone: its offset from UTC at any time, from a compiled time-zone file.
package struct TimeZoneRules: Sendable, Hashable {
  /// A stretch of time with one offset, UTC seconds, the end excluded.
  struct Stretch: Sendable, Hashable {
    var start: Int64
    var end: Int64
    /// Seconds east of Greenwich.
    var offset: Int64
  }

  /// The zone's name in the time-zone database.
  package let name: String
  private let times: [Int64]
  private let offsets: [Int64]
  private let first: Int64
  private let rule: PosixZoneRule?

  /// Universal time.
  package static let utc = TimeZoneRules(name: "UTC", times: [], offsets: [], first: 0, rule: nil)

  private init(name: String, times: [Int64], offsets: [Int64], first: Int64, rule: PosixZoneRule?) {
    self.name = name
    self.times = times
    self.offsets = offsets
    self.first = first
    self.rule = rule
  }

  /// Reads a file of version 2 or later (RFC 8536).
  ///
  /// - Throws: `TimeZoneError` when the bytes are not such a file.
  package init(name: String, file bytes: [UInt8]) throws(TimeZoneError) {
    var reader = ZoneFileReader(name: name, bytes: bytes)
    let file = try reader.read()
    self.init(
      name: name, times: file.times, offsets: file.offsets, first: file.first, rule: file.rule)
  }

  /// Seconds east of Greenwich at a time in UTC seconds.
  package func offset(at time: Int64) -> Int64 { stretch(at: time).offset }

  /// The stretch of one offset that holds a time in UTC seconds.
  func stretch(at time: Int64) -> Stretch {
    let index = firstIndex(after: time)
    if index < times.count || rule?.changes == nil { return stretch(index, time) }
    return ruled(at: time)
  }

  private func firstIndex(after time: Int64) -> Int {
    var low = 0
    var high = times.count
    while low < high {
      let middle = (low + high) / 2
      if times[middle] <= time { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func stretch(_ index: Int, _ time: Int64) -> Stretch {
    Stretch(
      start: index == 0 ? .min / 4 : times[index - 1],
      end: index < times.count ? times[index] : .max / 4,
      offset: index == 0 ? first : offsets[index - 1])
  }

  /// After the last change of the file, its rule goes on for ever.
  private func ruled(at time: Int64) -> Stretch {
    let last = times.last ?? .min / 4
    let year = CivilTime.date(days: CivilTime.floorDivide(time, 86_400)).year
    let changes = ((year - 1)...(year + 1)).flatMap { rule?.transitions(year: $0) ?? [] }
      .filter { $0.time > last }
    let next = changes.firstIndex { $0.time > time } ?? changes.count
    let end = next < changes.count ? changes[next].time : .max / 4
    guard next > 0 else {
      return Stretch(start: last, end: end, offset: offsets.last ?? first)
    }
    return Stretch(start: changes[next - 1].time, end: end, offset: changes[next - 1].offset)
  }
}

/// A time-zone file that cannot be used.
package struct TimeZoneError: Error, Sendable, Hashable, CustomStringConvertible {
  package let description: String
}

/// Reads compiled time-zone files.
private struct ZoneFileReader {
  struct Content {
    var times: [Int64] = []
    var offsets: [Int64] = []
    var first: Int64 = 0
    var rule: PosixZoneRule?
  }

  private struct Header {
    var version: UInt8
    var utcFlags, standardFlags, leaps, times, types, letters: Int

    func size(timeBytes: Int) -> Int {
      times * timeBytes + times + types * 6 + letters + leaps * (timeBytes + 4) + standardFlags
        + utcFlags
    }
  }

  let name: String
  let bytes: [UInt8]
  private var place = 0

  init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  mutating func read() throws(TimeZoneError) -> Content {
    let old = try header()
    guard old.version >= 50 else { throw problem("is of version 1; version 2 or later is needed") }
    place += old.size(timeBytes: 4)
    let header = try header()
    let start = place
    guard header.types > 0, start + header.size(timeBytes: 8) <= bytes.count else {
      throw problem("is cut off")
    }
    var content = try body(header)
    place = start + header.size(timeBytes: 8)
    content.rule = try footer()
    return content
  }

  private mutating func header() throws(TimeZoneError) -> Header {
    guard place >= 0, place + 44 <= bytes.count,
      bytes[place..<place + 4].elementsEqual("TZif".utf8)
    else { throw problem("does not begin with TZif") }
    let version = bytes[place + 4]
    place += 20
    var counts: [Int] = []
    for _ in 0..<6 { counts.append(Int(integer(4))) }
    guard counts.allSatisfy({ (0...100_000).contains($0) }) else { throw problem("is damaged") }
    return Header(
      version: version, utcFlags: counts[0], standardFlags: counts[1], leaps: counts[2],
      times: counts[3], types: counts[4], letters: counts[5])
  }

  private mutating func body(_ header: Header) throws(TimeZoneError) -> Content {
    var content = Content()
    for _ in 0..<header.times { content.times.append(integer(8)) }
    let kinds = Array(bytes[place..<place + header.times])
    place += header.times
    var types: [Int64] = []
    for _ in 0..<header.types {
      types.append(integer(4))
      place += 2
    }
    guard kinds.allSatisfy({ Int($0) < types.count }),
      types.allSatisfy({ abs($0) < 200 * 3600 }),
      zip(content.times, content.times.dropFirst()).allSatisfy({ $0 < $1 })
    else { throw problem("is damaged") }
    content.offsets = kinds.map { types[Int($0)] }
    content.first = types[0]
    return content
  }

  private func footer() throws(TimeZoneError) -> PosixZoneRule? {
    guard place < bytes.count, bytes[place] == 10, bytes.last == 10, place + 1 < bytes.count
    else { throw problem("has no rule at its end") }
    let text = String(decoding: bytes[(place + 1)..<(bytes.count - 1)], as: UTF8.self)
    guard !text.isEmpty else { return nil }
    guard let rule = PosixZoneRule(text) else { throw problem("ends in the rule \(text)") }
    return rule
  }

  /// A big-endian signed integer.
  private mutating func integer(_ size: Int) -> Int64 {
    var value: UInt64 = 0
    for byte in bytes[place..<place + size] { value = value << 8 | UInt64(byte) }
    place += size
    return size == 4 ? Int64(Int32(truncatingIfNeeded: value)) : Int64(bitPattern: value)
  }

  private func problem(_ what: String) -> TimeZoneError {
    TimeZoneError(description: "time-zone file of \(name) \(what)")
  }
}
