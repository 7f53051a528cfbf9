// How many labels does a bounded family have?

/// How many labels a bounded family has.
public protocol LabelTuple: Sendable {}

/// One label.
public enum OneLabel: LabelTuple {}
/// Two labels.
public enum TwoLabels: LabelTuple {}
/// Three labels.
public enum ThreeLabels: LabelTuple {}
/// Four labels.
public enum FourLabels: LabelTuple {}
