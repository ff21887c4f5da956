/// Why a run was started.
@frozen public enum Cause: String, Sendable, Hashable, Codable, CaseIterable {
  /// Its interval, calendar or one-shot time came.
  case cadence
  /// A signal it listens to was sent.
  case signal
  /// The market was quiet for as long as the table says.
  case idle
  /// An operator asked for it.
  case manual
  /// It makes up for slots that were missed.
  case catchUp
  /// An earlier attempt of the same slot failed or asked to be retried.
  case retry
}
