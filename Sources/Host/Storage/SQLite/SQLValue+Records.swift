import PluginAPI

extension SQLValue {
  static func time(_ time: Timestamp) -> SQLValue { .integer(time.nanoseconds) }
  static func time(_ time: Timestamp?) -> SQLValue { .integer(time?.nanoseconds) }
  static func integer(_ number: Int) -> SQLValue { .integer(Int64(number)) }
}

extension Row {
  mutating func time() -> Timestamp { Timestamp(nanoseconds: integer()) }
  mutating func optionalTime() -> Timestamp? {
    optionalInteger().map { Timestamp(nanoseconds: $0) }
  }
}
