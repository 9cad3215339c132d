import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/**
 * Properties of a LambdaFunction.
 * @deprecated Use LambdaFunction.$Properties instead.
 */
export interface ILambdaFunction extends LambdaFunction.$Properties {
}

/** Represents a LambdaFunction. */
export class LambdaFunction {

    /**
     * Constructs a new LambdaFunction.
     * @param [properties] Properties to set
     */
    constructor(properties?: LambdaFunction.$Properties);

    /** Unknown fields preserved while decoding when enabled */
    $unknowns?: Uint8Array[];

    /** LambdaFunction url. */
    url: string;

    /** LambdaFunction id. */
    id: number;

    /**
     * Encodes the specified LambdaFunction message. Does not implicitly {@link LambdaFunction.verify|verify} messages.
     * @param message LambdaFunction message or plain object to encode
     * @param [writer] Writer to encode to
     * @returns Writer
     */
    static encode(message: LambdaFunction.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    /**
     * Decodes a LambdaFunction message from the specified reader or buffer.
     * @param reader Reader or buffer to decode from
     * @param [length] Message length if known beforehand
     * @returns {LambdaFunction & LambdaFunction.$Shape} LambdaFunction
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): LambdaFunction & LambdaFunction.$Shape;
}

export namespace LambdaFunction {

    /** Properties of a LambdaFunction. */
    interface $Properties {

        /** LambdaFunction url */
        url?: (string|null);

        /** LambdaFunction id */
        id?: (number|null);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
    }

    /** Shape of a LambdaFunction. */
    type $Shape = LambdaFunction.$Properties;
}

/**
 * Properties of a ChainNode.
 * @deprecated Use ChainNode.$Properties instead.
 */
export interface IChainNode extends ChainNode.$Properties {
}

/** Represents a ChainNode. */
export class ChainNode {

    /**
     * Constructs a new ChainNode.
     * @param [properties] Properties to set
     */
    constructor(properties?: ChainNode.$Properties);

    /** Unknown fields preserved while decoding when enabled */
    $unknowns?: Uint8Array[];

    /** ChainNode function. */
    function?: (LambdaFunction.$Properties|null);

    /** ChainNode nodeID. */
    nodeID: number;

    /** ChainNode children. */
    children: ChainNode.$Properties[];

    /** ChainNode lastNodeIDs. */
    lastNodeIDs: number[];

    /** ChainNode chainFunctionIDs. */
    chainFunctionIDs: number[];

    /** ChainNode args. */
    args: { [k: string]: string };

    /** ChainNode name. */
    name: string;

    /** ChainNode argsJson. */
    argsJson: string;

    /** ChainNode functionNumber. */
    functionNumber: number;

    /** ChainNode onFailure. */
    onFailure: string;

    /** ChainNode after. */
    after: number[];

    /** ChainNode when. */
    when: string;

    /** ChainNode join. */
    join: string;

    /** ChainNode map. */
    map?: (MapRule.$Properties|null);

    /** ChainNode calls. */
    calls: string;

    /**
     * Encodes the specified ChainNode message. Does not implicitly {@link ChainNode.verify|verify} messages.
     * @param message ChainNode message or plain object to encode
     * @param [writer] Writer to encode to
     * @returns Writer
     */
    static encode(message: ChainNode.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    /**
     * Decodes a ChainNode message from the specified reader or buffer.
     * @param reader Reader or buffer to decode from
     * @param [length] Message length if known beforehand
     * @returns {ChainNode & ChainNode.$Shape} ChainNode
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ChainNode & ChainNode.$Shape;
}

export namespace ChainNode {

    /** Properties of a ChainNode. */
    interface $Properties {

        /** ChainNode function */
        "function"?: (LambdaFunction.$Properties|null);

        /** ChainNode nodeID */
        nodeID?: (number|null);

        /** ChainNode children */
        children?: (ChainNode.$Properties[]|null);

        /** ChainNode lastNodeIDs */
        lastNodeIDs?: (number[]|null);

        /** ChainNode chainFunctionIDs */
        chainFunctionIDs?: (number[]|null);

        /** ChainNode args */
        args?: ({ [k: string]: string }|null);

        /** ChainNode name */
        name?: (string|null);

        /** ChainNode argsJson */
        argsJson?: (string|null);

        /** ChainNode functionNumber */
        functionNumber?: (number|null);

        /** ChainNode onFailure */
        onFailure?: (string|null);

        /** ChainNode after */
        after?: (number[]|null);

        /** ChainNode when */
        when?: (string|null);

        /** ChainNode join */
        join?: (string|null);

        /** ChainNode map */
        map?: (MapRule.$Properties|null);

        /** ChainNode calls */
        calls?: (string|null);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
    }

    /** Shape of a ChainNode. */
    type $Shape = ChainNode.$Properties;
}

/**
 * Properties of a MapRule.
 * @deprecated Use MapRule.$Properties instead.
 */
export interface IMapRule extends MapRule.$Properties {
}

/** Represents a MapRule. */
export class MapRule {

    /**
     * Constructs a new MapRule.
     * @param [properties] Properties to set
     */
    constructor(properties?: MapRule.$Properties);

    /** Unknown fields preserved while decoding when enabled */
    $unknowns?: Uint8Array[];

    /** MapRule items. */
    items: string;

    /** MapRule concurrency. */
    concurrency?: (number|null);

    /**
     * Encodes the specified MapRule message. Does not implicitly {@link MapRule.verify|verify} messages.
     * @param message MapRule message or plain object to encode
     * @param [writer] Writer to encode to
     * @returns Writer
     */
    static encode(message: MapRule.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    /**
     * Decodes a MapRule message from the specified reader or buffer.
     * @param reader Reader or buffer to decode from
     * @param [length] Message length if known beforehand
     * @returns {MapRule & MapRule.$Shape} MapRule
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): MapRule & MapRule.$Shape;
}

export namespace MapRule {

    /** Properties of a MapRule. */
    interface $Properties {

        /** MapRule items */
        items?: (string|null);

        /** MapRule concurrency */
        concurrency?: (number|null);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
    }

    /** Shape of a MapRule. */
    type $Shape = MapRule.$Properties;
}

/**
 * Properties of a Subchain.
 * @deprecated Use Subchain.$Properties instead.
 */
export interface ISubchain extends Subchain.$Properties {
}

/** Represents a Subchain. */
export class Subchain {

    /**
     * Constructs a new Subchain.
     * @param [properties] Properties to set
     */
    constructor(properties?: Subchain.$Properties);

    /** Unknown fields preserved while decoding when enabled */
    $unknowns?: Uint8Array[];

    /** Subchain chain. */
    chain: string;

    /** Subchain functions. */
    functions: FunctionSpec.$Properties[];

    /** Subchain nodes. */
    nodes: ChainNode.$Properties[];

    /** Subchain output. */
    output?: (string|null);

    /** Subchain timeLimitMs. */
    timeLimitMs?: (number|null);

    /** Subchain ttlMs. */
    ttlMs?: (number|null);

    /** Subchain onFailed. */
    onFailed: number;

    /**
     * Encodes the specified Subchain message. Does not implicitly {@link Subchain.verify|verify} messages.
     * @param message Subchain message or plain object to encode
     * @param [writer] Writer to encode to
     * @returns Writer
     */
    static encode(message: Subchain.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    /**
     * Decodes a Subchain message from the specified reader or buffer.
     * @param reader Reader or buffer to decode from
     * @param [length] Message length if known beforehand
     * @returns {Subchain & Subchain.$Shape} Subchain
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Subchain & Subchain.$Shape;
}

export namespace Subchain {

    /** Properties of a Subchain. */
    interface $Properties {

        /** Subchain chain */
        chain?: (string|null);

        /** Subchain functions */
        functions?: (FunctionSpec.$Properties[]|null);

        /** Subchain nodes */
        nodes?: (ChainNode.$Properties[]|null);

        /** Subchain output */
        output?: (string|null);

        /** Subchain timeLimitMs */
        timeLimitMs?: (number|null);

        /** Subchain ttlMs */
        ttlMs?: (number|null);

        /** Subchain onFailed */
        onFailed?: (number|null);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
    }

    /** Shape of a Subchain. */
    type $Shape = Subchain.$Properties;
}

/**
 * Properties of a ParentRef.
 * @deprecated Use ParentRef.$Properties instead.
 */
export interface IParentRef extends ParentRef.$Properties {
}

/** Represents a ParentRef. */
export class ParentRef {

    /**
     * Constructs a new ParentRef.
     * @param [properties] Properties to set
     */
    constructor(properties?: ParentRef.$Properties);

    /** Unknown fields preserved while decoding when enabled */
    $unknowns?: Uint8Array[];

    /** ParentRef instance. */
    instance: string;

    /** ParentRef node. */
    node: string;

    /** ParentRef item. */
    item?: (number|null);

    /**
     * Encodes the specified ParentRef message. Does not implicitly {@link ParentRef.verify|verify} messages.
     * @param message ParentRef message or plain object to encode
     * @param [writer] Writer to encode to
     * @returns Writer
     */
    static encode(message: ParentRef.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    /**
     * Decodes a ParentRef message from the specified reader or buffer.
     * @param reader Reader or buffer to decode from
     * @param [length] Message length if known beforehand
     * @returns {ParentRef & ParentRef.$Shape} ParentRef
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ParentRef & ParentRef.$Shape;
}

export namespace ParentRef {

    /** Properties of a ParentRef. */
    interface $Properties {

        /** ParentRef instance */
        instance?: (string|null);

        /** ParentRef node */
        node?: (string|null);

        /** ParentRef item */
        item?: (number|null);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
    }

    /** Shape of a ParentRef. */
    type $Shape = ParentRef.$Properties;
}

/**
 * Properties of a Callback.
 * @deprecated Use Callback.$Properties instead.
 */
export interface ICallback extends Callback.$Properties {
}

/** Represents a Callback. */
export class Callback {

    /**
     * Constructs a new Callback.
     * @param [properties] Properties to set
     */
    constructor(properties?: Callback.$Properties);

    /** Unknown fields preserved while decoding when enabled */
    $unknowns?: Uint8Array[];

    /** Callback url. */
    url: string;

    /** Callback on. */
    on: string[];

    /** Callback secret. */
    secret: string;

    /**
     * Encodes the specified Callback message. Does not implicitly {@link Callback.verify|verify} messages.
     * @param message Callback message or plain object to encode
     * @param [writer] Writer to encode to
     * @returns Writer
     */
    static encode(message: Callback.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    /**
     * Decodes a Callback message from the specified reader or buffer.
     * @param reader Reader or buffer to decode from
     * @param [length] Message length if known beforehand
     * @returns {Callback & Callback.$Shape} Callback
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Callback & Callback.$Shape;
}

export namespace Callback {

    /** Properties of a Callback. */
    interface $Properties {

        /** Callback url */
        url?: (string|null);

        /** Callback on */
        on?: (string[]|null);

        /** Callback secret */
        secret?: (string|null);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
    }

    /** Shape of a Callback. */
    type $Shape = Callback.$Properties;
}

/**
 * Properties of a ChainState.
 * @deprecated Use ChainState.$Properties instead.
 */
export interface IChainState extends ChainState.$Properties {
}

/** Represents a ChainState. */
export class ChainState {

    /**
     * Constructs a new ChainState.
     * @param [properties] Properties to set
     */
    constructor(properties?: ChainState.$Properties);

    /** Unknown fields preserved while decoding when enabled */
    $unknowns?: Uint8Array[];

    /** ChainState currentNode. */
    currentNode?: (ChainNode.$Properties|null);

    /** ChainState instanceID. */
    instanceID: number;

    /** ChainState chainID. */
    chainID: number;

    /** ChainState flags. */
    flags: { [k: string]: string };

    /** ChainState invokeTime. */
    invokeTime: string;

    /** ChainState id. */
    id: string;

    /** ChainState chain. */
    chain: string;

    /** ChainState submittedAtMs. */
    submittedAtMs?: (number|null);

    /** ChainState priority. */
    priority?: (number|null);

    /** ChainState weight. */
    weight?: (number|null);

    /** ChainState deadlineMs. */
    deadlineMs?: (number|null);

    /** ChainState functions. */
    functions: FunctionSpec.$Properties[];

    /** ChainState nodes. */
    nodes: ChainNode.$Properties[];

    /** ChainState version. */
    version: number;

    /** ChainState output. */
    output?: (string|null);

    /** ChainState timeLimitMs. */
    timeLimitMs?: (number|null);

    /** ChainState ttlMs. */
    ttlMs?: (number|null);

    /** ChainState onFailed. */
    onFailed: number;

    /** ChainState subchains. */
    subchains: Subchain.$Properties[];

    /** ChainState argsJson. */
    argsJson: string;

    /** ChainState parent. */
    parent?: (ParentRef.$Properties|null);

    /** ChainState generations. */
    generations: number[];

    /** ChainState traceparent. */
    traceparent: string;

    /** ChainState tracestate. */
    tracestate: string;

    /** ChainState dueAtMs. */
    dueAtMs?: (number|null);

    /** ChainState callback. */
    callback?: (Callback.$Properties|null);

    /** ChainState retriedAtMs. */
    retriedAtMs: number[];

    /**
     * Encodes the specified ChainState message. Does not implicitly {@link ChainState.verify|verify} messages.
     * @param message ChainState message or plain object to encode
     * @param [writer] Writer to encode to
     * @returns Writer
     */
    static encode(message: ChainState.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    /**
     * Decodes a ChainState message from the specified reader or buffer.
     * @param reader Reader or buffer to decode from
     * @param [length] Message length if known beforehand
     * @returns {ChainState & ChainState.$Shape} ChainState
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ChainState & ChainState.$Shape;
}

export namespace ChainState {

    /** Properties of a ChainState. */
    interface $Properties {

        /** ChainState currentNode */
        currentNode?: (ChainNode.$Properties|null);

        /** ChainState instanceID */
        instanceID?: (number|null);

        /** ChainState chainID */
        chainID?: (number|null);

        /** ChainState flags */
        flags?: ({ [k: string]: string }|null);

        /** ChainState invokeTime */
        invokeTime?: (string|null);

        /** ChainState id */
        id?: (string|null);

        /** ChainState chain */
        chain?: (string|null);

        /** ChainState submittedAtMs */
        submittedAtMs?: (number|null);

        /** ChainState priority */
        priority?: (number|null);

        /** ChainState weight */
        weight?: (number|null);

        /** ChainState deadlineMs */
        deadlineMs?: (number|null);

        /** ChainState functions */
        functions?: (FunctionSpec.$Properties[]|null);

        /** ChainState nodes */
        nodes?: (ChainNode.$Properties[]|null);

        /** ChainState version */
        version?: (number|null);

        /** ChainState output */
        output?: (string|null);

        /** ChainState timeLimitMs */
        timeLimitMs?: (number|null);

        /** ChainState ttlMs */
        ttlMs?: (number|null);

        /** ChainState onFailed */
        onFailed?: (number|null);

        /** ChainState subchains */
        subchains?: (Subchain.$Properties[]|null);

        /** ChainState argsJson */
        argsJson?: (string|null);

        /** ChainState parent */
        parent?: (ParentRef.$Properties|null);

        /** ChainState generations */
        generations?: (number[]|null);

        /** ChainState traceparent */
        traceparent?: (string|null);

        /** ChainState tracestate */
        tracestate?: (string|null);

        /** ChainState dueAtMs */
        dueAtMs?: (number|null);

        /** ChainState callback */
        callback?: (Callback.$Properties|null);

        /** ChainState retriedAtMs */
        retriedAtMs?: (number[]|null);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
    }

    /** Shape of a ChainState. */
    type $Shape = ChainState.$Properties;
}

/**
 * Properties of a FunctionSpec.
 * @deprecated Use FunctionSpec.$Properties instead.
 */
export interface IFunctionSpec extends FunctionSpec.$Properties {
}

/** Represents a FunctionSpec. */
export class FunctionSpec {

    /**
     * Constructs a new FunctionSpec.
     * @param [properties] Properties to set
     */
    constructor(properties?: FunctionSpec.$Properties);

    /** Unknown fields preserved while decoding when enabled */
    $unknowns?: Uint8Array[];

    /** FunctionSpec name. */
    name: string;

    /** FunctionSpec url. */
    url?: (string|null);

    /** FunctionSpec id. */
    id?: (number|null);

    /** FunctionSpec method. */
    method: string;

    /** FunctionSpec timeoutMs. */
    timeoutMs?: (number|null);

    /** FunctionSpec retry. */
    retry?: (RetryRule.$Properties|null);

    /** FunctionSpec time. */
    time?: (Time.$Properties|null);

    /** FunctionSpec payload. */
    payload: string;

    /** FunctionSpec priority. */
    priority?: (number|null);

    /** FunctionSpec atMostOnce. */
    atMostOnce: boolean;

    /** FunctionSpec headers. */
    headers?: (Headers.$Properties|null);

    /** FunctionSpec urls. */
    urls: { [k: string]: string };

    /** FunctionSpec background. */
    background?: (boolean|null);

    /** FunctionSpec served. */
    served: boolean;

    /** FunctionSpec accepts. */
    accepts: number;

    /** FunctionSpec auth. */
    auth: string;

    /** FunctionSpec audience. */
    audience?: (string|null);

    /**
     * Encodes the specified FunctionSpec message. Does not implicitly {@link FunctionSpec.verify|verify} messages.
     * @param message FunctionSpec message or plain object to encode
     * @param [writer] Writer to encode to
     * @returns Writer
     */
    static encode(message: FunctionSpec.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    /**
     * Decodes a FunctionSpec message from the specified reader or buffer.
     * @param reader Reader or buffer to decode from
     * @param [length] Message length if known beforehand
     * @returns {FunctionSpec & FunctionSpec.$Shape} FunctionSpec
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): FunctionSpec & FunctionSpec.$Shape;
}

export namespace FunctionSpec {

    /** Properties of a FunctionSpec. */
    interface $Properties {

        /** FunctionSpec name */
        name?: (string|null);

        /** FunctionSpec url */
        url?: (string|null);

        /** FunctionSpec id */
        id?: (number|null);

        /** FunctionSpec method */
        method?: (string|null);

        /** FunctionSpec timeoutMs */
        timeoutMs?: (number|null);

        /** FunctionSpec retry */
        retry?: (RetryRule.$Properties|null);

        /** FunctionSpec time */
        time?: (Time.$Properties|null);

        /** FunctionSpec payload */
        payload?: (string|null);

        /** FunctionSpec priority */
        priority?: (number|null);

        /** FunctionSpec atMostOnce */
        atMostOnce?: (boolean|null);

        /** FunctionSpec headers */
        headers?: (Headers.$Properties|null);

        /** FunctionSpec urls */
        urls?: ({ [k: string]: string }|null);

        /** FunctionSpec background */
        background?: (boolean|null);

        /** FunctionSpec served */
        served?: (boolean|null);

        /** FunctionSpec accepts */
        accepts?: (number|null);

        /** FunctionSpec auth */
        auth?: (string|null);

        /** FunctionSpec audience */
        audience?: (string|null);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
    }

    /** Shape of a FunctionSpec. */
    type $Shape = FunctionSpec.$Properties;
}

/**
 * Properties of a RetryRule.
 * @deprecated Use RetryRule.$Properties instead.
 */
export interface IRetryRule extends RetryRule.$Properties {
}

/** Represents a RetryRule. */
export class RetryRule {

    /**
     * Constructs a new RetryRule.
     * @param [properties] Properties to set
     */
    constructor(properties?: RetryRule.$Properties);

    /** Unknown fields preserved while decoding when enabled */
    $unknowns?: Uint8Array[];

    /** RetryRule attempts. */
    attempts: number;

    /** RetryRule firstDelayMs. */
    firstDelayMs?: (number|null);

    /** RetryRule factor. */
    factor?: (number|null);

    /** RetryRule maxDelayMs. */
    maxDelayMs?: (number|null);

    /** RetryRule jitter. */
    jitter?: (boolean|null);

    /** RetryRule on. */
    on?: (FailureCauses.$Properties|null);

    /**
     * Encodes the specified RetryRule message. Does not implicitly {@link RetryRule.verify|verify} messages.
     * @param message RetryRule message or plain object to encode
     * @param [writer] Writer to encode to
     * @returns Writer
     */
    static encode(message: RetryRule.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    /**
     * Decodes a RetryRule message from the specified reader or buffer.
     * @param reader Reader or buffer to decode from
     * @param [length] Message length if known beforehand
     * @returns {RetryRule & RetryRule.$Shape} RetryRule
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): RetryRule & RetryRule.$Shape;
}

export namespace RetryRule {

    /** Properties of a RetryRule. */
    interface $Properties {

        /** RetryRule attempts */
        attempts?: (number|null);

        /** RetryRule firstDelayMs */
        firstDelayMs?: (number|null);

        /** RetryRule factor */
        factor?: (number|null);

        /** RetryRule maxDelayMs */
        maxDelayMs?: (number|null);

        /** RetryRule jitter */
        jitter?: (boolean|null);

        /** RetryRule on */
        on?: (FailureCauses.$Properties|null);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
    }

    /** Shape of a RetryRule. */
    type $Shape = RetryRule.$Properties;
}

/**
 * Properties of a FailureCauses.
 * @deprecated Use FailureCauses.$Properties instead.
 */
export interface IFailureCauses extends FailureCauses.$Properties {
}

/** Represents a FailureCauses. */
export class FailureCauses {

    /**
     * Constructs a new FailureCauses.
     * @param [properties] Properties to set
     */
    constructor(properties?: FailureCauses.$Properties);

    /** Unknown fields preserved while decoding when enabled */
    $unknowns?: Uint8Array[];

    /** FailureCauses causes. */
    causes: string[];

    /**
     * Encodes the specified FailureCauses message. Does not implicitly {@link FailureCauses.verify|verify} messages.
     * @param message FailureCauses message or plain object to encode
     * @param [writer] Writer to encode to
     * @returns Writer
     */
    static encode(message: FailureCauses.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    /**
     * Decodes a FailureCauses message from the specified reader or buffer.
     * @param reader Reader or buffer to decode from
     * @param [length] Message length if known beforehand
     * @returns {FailureCauses & FailureCauses.$Shape} FailureCauses
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): FailureCauses & FailureCauses.$Shape;
}

export namespace FailureCauses {

    /** Properties of a FailureCauses. */
    interface $Properties {

        /** FailureCauses causes */
        causes?: (string[]|null);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
    }

    /** Shape of a FailureCauses. */
    type $Shape = FailureCauses.$Properties;
}

/**
 * Properties of a Time.
 * @deprecated Use Time.$Properties instead.
 */
export interface ITime extends Time.$Properties {
}

/** Represents a Time. */
export class Time {

    /**
     * Constructs a new Time.
     * @param [properties] Properties to set
     */
    constructor(properties?: Time.$Properties);

    /** Unknown fields preserved while decoding when enabled */
    $unknowns?: Uint8Array[];

    /** Time kind. */
    kind: string;

    /** Time ms. */
    ms: number[];

    /**
     * Encodes the specified Time message. Does not implicitly {@link Time.verify|verify} messages.
     * @param message Time message or plain object to encode
     * @param [writer] Writer to encode to
     * @returns Writer
     */
    static encode(message: Time.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    /**
     * Decodes a Time message from the specified reader or buffer.
     * @param reader Reader or buffer to decode from
     * @param [length] Message length if known beforehand
     * @returns {Time & Time.$Shape} Time
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Time & Time.$Shape;
}

export namespace Time {

    /** Properties of a Time. */
    interface $Properties {

        /** Time kind */
        kind?: (string|null);

        /** Time ms */
        ms?: (number[]|null);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
    }

    /** Shape of a Time. */
    type $Shape = Time.$Properties;
}

/**
 * Properties of a Headers.
 * @deprecated Use Headers.$Properties instead.
 */
export interface IHeaders extends Headers.$Properties {
}

/** Represents a Headers. */
export class Headers {

    /**
     * Constructs a new Headers.
     * @param [properties] Properties to set
     */
    constructor(properties?: Headers.$Properties);

    /** Unknown fields preserved while decoding when enabled */
    $unknowns?: Uint8Array[];

    /** Headers entries. */
    entries: { [k: string]: string };

    /**
     * Encodes the specified Headers message. Does not implicitly {@link Headers.verify|verify} messages.
     * @param message Headers message or plain object to encode
     * @param [writer] Writer to encode to
     * @returns Writer
     */
    static encode(message: Headers.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    /**
     * Decodes a Headers message from the specified reader or buffer.
     * @param reader Reader or buffer to decode from
     * @param [length] Message length if known beforehand
     * @returns {Headers & Headers.$Shape} Headers
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Headers & Headers.$Shape;
}

export namespace Headers {

    /** Properties of a Headers. */
    interface $Properties {

        /** Headers entries */
        entries?: ({ [k: string]: string }|null);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
    }

    /** Shape of a Headers. */
    type $Shape = Headers.$Properties;
}
