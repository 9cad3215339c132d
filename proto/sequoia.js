/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["sequoia"] || ($protobuf.roots["sequoia"] = {});

export const LambdaFunction = $root.LambdaFunction = (() => {

    /**
     * Properties of a LambdaFunction.
     * @typedef {Object} LambdaFunction.$Properties
     * @property {string|null} [url] LambdaFunction url
     * @property {number|null} [id] LambdaFunction id
     * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
     */

    /**
     * Properties of a LambdaFunction.
     * @exports ILambdaFunction
     * @interface ILambdaFunction
     * @augments LambdaFunction.$Properties
     * @deprecated Use LambdaFunction.$Properties instead.
     */

    /**
     * Shape of a LambdaFunction.
     * @typedef {LambdaFunction.$Properties} LambdaFunction.$Shape
     */

    /**
     * Constructs a new LambdaFunction.
     * @exports LambdaFunction
     * @classdesc Represents a LambdaFunction.
     * @constructor
     * @param {LambdaFunction.$Properties=} [properties] Properties to set
     * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
     */
    const LambdaFunction = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    /**
     * LambdaFunction url.
     * @member {string} url
     * @memberof LambdaFunction
     * @instance
     */
    LambdaFunction.prototype.url = "";

    /**
     * LambdaFunction id.
     * @member {number} id
     * @memberof LambdaFunction
     * @instance
     */
    LambdaFunction.prototype.id = 0;

    /**
     * Encodes the specified LambdaFunction message. Does not implicitly {@link LambdaFunction.verify|verify} messages.
     * @function encode
     * @memberof LambdaFunction
     * @static
     * @param {LambdaFunction.$Properties} message LambdaFunction message or plain object to encode
     * @param {$protobuf.Writer} [writer] Writer to encode to
     * @returns {$protobuf.Writer} Writer
     */
    LambdaFunction.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.url != null && $Object.hasOwnProperty.call(message, "url") && message.url !== "")
            writer.uint32(/* id 1, wireType 2 =*/10).string(message.url);
        if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== 0)
            writer.uint32(/* id 2, wireType 0 =*/16).int32(message.id);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    /**
     * Decodes a LambdaFunction message from the specified reader or buffer.
     * @function decode
     * @memberof LambdaFunction
     * @static
     * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
     * @param {number} [length] Message length if known beforehand
     * @returns {LambdaFunction & LambdaFunction.$Shape} LambdaFunction
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    LambdaFunction.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.LambdaFunction();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    if ((value = reader.stringVerify()).length)
                        message.url = value;
                    else
                        delete message.url;
                    continue;
                }
            case 2: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.int32())
                        message.id = value;
                    else
                        delete message.id;
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return LambdaFunction;
})();

export const ChainNode = $root.ChainNode = (() => {

    /**
     * Properties of a ChainNode.
     * @typedef {Object} ChainNode.$Properties
     * @property {LambdaFunction.$Properties|null} ["function"] ChainNode function
     * @property {number|null} [nodeID] ChainNode nodeID
     * @property {Array.<ChainNode.$Properties>|null} [children] ChainNode children
     * @property {Array.<number>|null} [lastNodeIDs] ChainNode lastNodeIDs
     * @property {Array.<number>|null} [chainFunctionIDs] ChainNode chainFunctionIDs
     * @property {Object.<string,string>|null} [args] ChainNode args
     * @property {string|null} [name] ChainNode name
     * @property {string|null} [argsJson] ChainNode argsJson
     * @property {number|null} [functionNumber] ChainNode functionNumber
     * @property {string|null} [onFailure] ChainNode onFailure
     * @property {Array.<number>|null} [after] ChainNode after
     * @property {string|null} [when] ChainNode when
     * @property {string|null} [join] ChainNode join
     * @property {MapRule.$Properties|null} [map] ChainNode map
     * @property {string|null} [calls] ChainNode calls
     * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
     */

    /**
     * Properties of a ChainNode.
     * @exports IChainNode
     * @interface IChainNode
     * @augments ChainNode.$Properties
     * @deprecated Use ChainNode.$Properties instead.
     */

    /**
     * Shape of a ChainNode.
     * @typedef {ChainNode.$Properties} ChainNode.$Shape
     */

    /**
     * Constructs a new ChainNode.
     * @exports ChainNode
     * @classdesc Represents a ChainNode.
     * @constructor
     * @param {ChainNode.$Properties=} [properties] Properties to set
     * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
     */
    const ChainNode = function (properties) {
        this.children = [];
        this.lastNodeIDs = [];
        this.chainFunctionIDs = [];
        this.args = {};
        this.after = [];
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    /**
     * ChainNode function.
     * @member {LambdaFunction.$Properties|null|undefined} function
     * @memberof ChainNode
     * @instance
     */
    ChainNode.prototype["function"] = null;

    /**
     * ChainNode nodeID.
     * @member {number} nodeID
     * @memberof ChainNode
     * @instance
     */
    ChainNode.prototype.nodeID = 0;

    /**
     * ChainNode children.
     * @member {Array.<ChainNode.$Properties>} children
     * @memberof ChainNode
     * @instance
     */
    ChainNode.prototype.children = $util.emptyArray;

    /**
     * ChainNode lastNodeIDs.
     * @member {Array.<number>} lastNodeIDs
     * @memberof ChainNode
     * @instance
     */
    ChainNode.prototype.lastNodeIDs = $util.emptyArray;

    /**
     * ChainNode chainFunctionIDs.
     * @member {Array.<number>} chainFunctionIDs
     * @memberof ChainNode
     * @instance
     */
    ChainNode.prototype.chainFunctionIDs = $util.emptyArray;

    /**
     * ChainNode args.
     * @member {Object.<string,string>} args
     * @memberof ChainNode
     * @instance
     */
    ChainNode.prototype.args = $util.emptyObject;

    /**
     * ChainNode name.
     * @member {string} name
     * @memberof ChainNode
     * @instance
     */
    ChainNode.prototype.name = "";

    /**
     * ChainNode argsJson.
     * @member {string} argsJson
     * @memberof ChainNode
     * @instance
     */
    ChainNode.prototype.argsJson = "";

    /**
     * ChainNode functionNumber.
     * @member {number} functionNumber
     * @memberof ChainNode
     * @instance
     */
    ChainNode.prototype.functionNumber = 0;

    /**
     * ChainNode onFailure.
     * @member {string} onFailure
     * @memberof ChainNode
     * @instance
     */
    ChainNode.prototype.onFailure = "";

    /**
     * ChainNode after.
     * @member {Array.<number>} after
     * @memberof ChainNode
     * @instance
     */
    ChainNode.prototype.after = $util.emptyArray;

    /**
     * ChainNode when.
     * @member {string} when
     * @memberof ChainNode
     * @instance
     */
    ChainNode.prototype.when = "";

    /**
     * ChainNode join.
     * @member {string} join
     * @memberof ChainNode
     * @instance
     */
    ChainNode.prototype.join = "";

    /**
     * ChainNode map.
     * @member {MapRule.$Properties|null|undefined} map
     * @memberof ChainNode
     * @instance
     */
    ChainNode.prototype.map = null;

    /**
     * ChainNode calls.
     * @member {string} calls
     * @memberof ChainNode
     * @instance
     */
    ChainNode.prototype.calls = "";

    /**
     * Encodes the specified ChainNode message. Does not implicitly {@link ChainNode.verify|verify} messages.
     * @function encode
     * @memberof ChainNode
     * @static
     * @param {ChainNode.$Properties} message ChainNode message or plain object to encode
     * @param {$protobuf.Writer} [writer] Writer to encode to
     * @returns {$protobuf.Writer} Writer
     */
    ChainNode.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message["function"] != null && $Object.hasOwnProperty.call(message, "function"))
            $root.LambdaFunction.encode(message["function"], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
        if (message.nodeID != null && $Object.hasOwnProperty.call(message, "nodeID") && message.nodeID !== 0)
            writer.uint32(/* id 2, wireType 0 =*/16).int32(message.nodeID);
        if (message.children != null && message.children.length)
            for (let i = 0; i < message.children.length; ++i)
                $root.ChainNode.encode(message.children[i], writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
        if (message.lastNodeIDs != null && message.lastNodeIDs.length)
            writer.uint32(/* id 4, wireType 2 =*/34).int32s(message.lastNodeIDs);
        if (message.chainFunctionIDs != null && message.chainFunctionIDs.length)
            writer.uint32(/* id 5, wireType 2 =*/42).int32s(message.chainFunctionIDs);
        if (message.args != null && $Object.hasOwnProperty.call(message, "args"))
            for (let keys = $Object.keys(message.args), i = 0; i < keys.length; ++i)
                writer.uint32(/* id 6, wireType 2 =*/50).fork().uint32(/* id 1, wireType 2 =*/10).string(keys[i]).uint32(/* id 2, wireType 2 =*/18).string(message.args[keys[i]]).ldelim();
        if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
            writer.uint32(/* id 16, wireType 2 =*/130).string(message.name);
        if (message.argsJson != null && $Object.hasOwnProperty.call(message, "argsJson") && message.argsJson !== "")
            writer.uint32(/* id 17, wireType 2 =*/138).string(message.argsJson);
        if (message.functionNumber != null && $Object.hasOwnProperty.call(message, "functionNumber") && message.functionNumber !== 0)
            writer.uint32(/* id 18, wireType 0 =*/144).uint32(message.functionNumber);
        if (message.onFailure != null && $Object.hasOwnProperty.call(message, "onFailure") && message.onFailure !== "")
            writer.uint32(/* id 19, wireType 2 =*/154).string(message.onFailure);
        if (message.after != null && message.after.length)
            writer.uint32(/* id 20, wireType 2 =*/162).uint32s(message.after);
        if (message.when != null && $Object.hasOwnProperty.call(message, "when") && message.when !== "")
            writer.uint32(/* id 21, wireType 2 =*/170).string(message.when);
        if (message.join != null && $Object.hasOwnProperty.call(message, "join") && message.join !== "")
            writer.uint32(/* id 22, wireType 2 =*/178).string(message.join);
        if (message.map != null && $Object.hasOwnProperty.call(message, "map"))
            $root.MapRule.encode(message.map, writer.uint32(/* id 23, wireType 2 =*/186).fork(), _depth + 1).ldelim();
        if (message.calls != null && $Object.hasOwnProperty.call(message, "calls") && message.calls !== "")
            writer.uint32(/* id 24, wireType 2 =*/194).string(message.calls);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    /**
     * Decodes a ChainNode message from the specified reader or buffer.
     * @function decode
     * @memberof ChainNode
     * @static
     * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
     * @param {number} [length] Message length if known beforehand
     * @returns {ChainNode & ChainNode.$Shape} ChainNode
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    ChainNode.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message, key, value;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.ChainNode();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    message["function"] = $root.LambdaFunction.decode(reader, reader.size(), $undefined, _depth + 1, message["function"]);
                    continue;
                }
            case 2: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.int32())
                        message.nodeID = value;
                    else
                        delete message.nodeID;
                    continue;
                }
            case 3: {
                    if (wireType !== 2)
                        break;
                    if (!(message.children && message.children.length))
                        message.children = [];
                    message.children.push($root.ChainNode.decode(reader, reader.size(), $undefined, _depth + 1));
                    continue;
                }
            case 4: {
                    if (wireType === 2) {
                        if (!(message.lastNodeIDs && message.lastNodeIDs.length))
                            message.lastNodeIDs = [];
                        reader.int32s(message.lastNodeIDs);
                        continue;
                    }
                    if (wireType !== 0)
                        break;
                    if (!(message.lastNodeIDs && message.lastNodeIDs.length))
                        message.lastNodeIDs = [];
                    message.lastNodeIDs.push(reader.int32());
                    continue;
                }
            case 5: {
                    if (wireType === 2) {
                        if (!(message.chainFunctionIDs && message.chainFunctionIDs.length))
                            message.chainFunctionIDs = [];
                        reader.int32s(message.chainFunctionIDs);
                        continue;
                    }
                    if (wireType !== 0)
                        break;
                    if (!(message.chainFunctionIDs && message.chainFunctionIDs.length))
                        message.chainFunctionIDs = [];
                    message.chainFunctionIDs.push(reader.int32());
                    continue;
                }
            case 6: {
                    if (wireType !== 2)
                        break;
                    if (message.args === $util.emptyObject)
                        message.args = {};
                    let end2 = reader.size() + reader.pos;
                    if (end2 > reader.len)
                        throw $RangeError("index out of range");
                    reader.len = end2;
                    key = "";
                    value = "";
                    while (reader.pos < end2) {
                        let tag2 = reader.tag();
                        wireType = tag2 & 7;
                        switch (tag2 >>>= 3) {
                        case 1:
                            if (wireType !== 2)
                                break;
                            key = reader.stringVerify();
                            continue;
                        case 2:
                            if (wireType !== 2)
                                break;
                            value = reader.stringVerify();
                            continue;
                        }
                        reader.skipType(wireType, _depth, tag2);
                    }
                    if (reader.pos !== end2)
                        throw $RangeError("index out of range");
                    reader.len = end;
                    if (key === "__proto__")
                        $util.makeProp(message.args, key);
                    message.args[key] = value;
                    continue;
                }
            case 16: {
                    if (wireType !== 2)
                        break;
                    if ((value = reader.stringVerify()).length)
                        message.name = value;
                    else
                        delete message.name;
                    continue;
                }
            case 17: {
                    if (wireType !== 2)
                        break;
                    if ((value = reader.stringVerify()).length)
                        message.argsJson = value;
                    else
                        delete message.argsJson;
                    continue;
                }
            case 18: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.uint32())
                        message.functionNumber = value;
                    else
                        delete message.functionNumber;
                    continue;
                }
            case 19: {
                    if (wireType !== 2)
                        break;
                    if ((value = reader.stringVerify()).length)
                        message.onFailure = value;
                    else
                        delete message.onFailure;
                    continue;
                }
            case 20: {
                    if (wireType === 2) {
                        if (!(message.after && message.after.length))
                            message.after = [];
                        reader.uint32s(message.after);
                        continue;
                    }
                    if (wireType !== 0)
                        break;
                    if (!(message.after && message.after.length))
                        message.after = [];
                    message.after.push(reader.uint32());
                    continue;
                }
            case 21: {
                    if (wireType !== 2)
                        break;
                    if ((value = reader.stringVerify()).length)
                        message.when = value;
                    else
                        delete message.when;
                    continue;
                }
            case 22: {
                    if (wireType !== 2)
                        break;
                    if ((value = reader.stringVerify()).length)
                        message.join = value;
                    else
                        delete message.join;
                    continue;
                }
            case 23: {
                    if (wireType !== 2)
                        break;
                    message.map = $root.MapRule.decode(reader, reader.size(), $undefined, _depth + 1, message.map);
                    continue;
                }
            case 24: {
                    if (wireType !== 2)
                        break;
                    if ((value = reader.stringVerify()).length)
                        message.calls = value;
                    else
                        delete message.calls;
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return ChainNode;
})();

export const MapRule = $root.MapRule = (() => {

    /**
     * Properties of a MapRule.
     * @typedef {Object} MapRule.$Properties
     * @property {string|null} [items] MapRule items
     * @property {number|null} [concurrency] MapRule concurrency
     * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
     */

    /**
     * Properties of a MapRule.
     * @exports IMapRule
     * @interface IMapRule
     * @augments MapRule.$Properties
     * @deprecated Use MapRule.$Properties instead.
     */

    /**
     * Shape of a MapRule.
     * @typedef {MapRule.$Properties} MapRule.$Shape
     */

    /**
     * Constructs a new MapRule.
     * @exports MapRule
     * @classdesc Represents a MapRule.
     * @constructor
     * @param {MapRule.$Properties=} [properties] Properties to set
     * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
     */
    const MapRule = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    /**
     * MapRule items.
     * @member {string} items
     * @memberof MapRule
     * @instance
     */
    MapRule.prototype.items = "";

    /**
     * MapRule concurrency.
     * @member {number|null|undefined} concurrency
     * @memberof MapRule
     * @instance
     */
    MapRule.prototype.concurrency = null;

    // OneOf field names bound to virtual getters and setters
    let $oneOfFields;

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(MapRule.prototype, "_concurrency", {
        get: $util.oneOfGetter($oneOfFields = ["concurrency"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    /**
     * Encodes the specified MapRule message. Does not implicitly {@link MapRule.verify|verify} messages.
     * @function encode
     * @memberof MapRule
     * @static
     * @param {MapRule.$Properties} message MapRule message or plain object to encode
     * @param {$protobuf.Writer} [writer] Writer to encode to
     * @returns {$protobuf.Writer} Writer
     */
    MapRule.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.items != null && $Object.hasOwnProperty.call(message, "items") && message.items !== "")
            writer.uint32(/* id 1, wireType 2 =*/10).string(message.items);
        if (message.concurrency != null && $Object.hasOwnProperty.call(message, "concurrency"))
            writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.concurrency);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    /**
     * Decodes a MapRule message from the specified reader or buffer.
     * @function decode
     * @memberof MapRule
     * @static
     * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
     * @param {number} [length] Message length if known beforehand
     * @returns {MapRule & MapRule.$Shape} MapRule
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    MapRule.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.MapRule();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    if ((value = reader.stringVerify()).length)
                        message.items = value;
                    else
                        delete message.items;
                    continue;
                }
            case 2: {
                    if (wireType !== 0)
                        break;
                    message.concurrency = reader.uint32();
                    message._concurrency = "concurrency";
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return MapRule;
})();

export const Subchain = $root.Subchain = (() => {

    /**
     * Properties of a Subchain.
     * @typedef {Object} Subchain.$Properties
     * @property {string|null} [chain] Subchain chain
     * @property {Array.<FunctionSpec.$Properties>|null} [functions] Subchain functions
     * @property {Array.<ChainNode.$Properties>|null} [nodes] Subchain nodes
     * @property {string|null} [output] Subchain output
     * @property {number|null} [timeLimitMs] Subchain timeLimitMs
     * @property {number|null} [ttlMs] Subchain ttlMs
     * @property {number|null} [onFailed] Subchain onFailed
     * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
     */

    /**
     * Properties of a Subchain.
     * @exports ISubchain
     * @interface ISubchain
     * @augments Subchain.$Properties
     * @deprecated Use Subchain.$Properties instead.
     */

    /**
     * Shape of a Subchain.
     * @typedef {Subchain.$Properties} Subchain.$Shape
     */

    /**
     * Constructs a new Subchain.
     * @exports Subchain
     * @classdesc Represents a Subchain.
     * @constructor
     * @param {Subchain.$Properties=} [properties] Properties to set
     * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
     */
    const Subchain = function (properties) {
        this.functions = [];
        this.nodes = [];
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    /**
     * Subchain chain.
     * @member {string} chain
     * @memberof Subchain
     * @instance
     */
    Subchain.prototype.chain = "";

    /**
     * Subchain functions.
     * @member {Array.<FunctionSpec.$Properties>} functions
     * @memberof Subchain
     * @instance
     */
    Subchain.prototype.functions = $util.emptyArray;

    /**
     * Subchain nodes.
     * @member {Array.<ChainNode.$Properties>} nodes
     * @memberof Subchain
     * @instance
     */
    Subchain.prototype.nodes = $util.emptyArray;

    /**
     * Subchain output.
     * @member {string|null|undefined} output
     * @memberof Subchain
     * @instance
     */
    Subchain.prototype.output = null;

    /**
     * Subchain timeLimitMs.
     * @member {number|null|undefined} timeLimitMs
     * @memberof Subchain
     * @instance
     */
    Subchain.prototype.timeLimitMs = null;

    /**
     * Subchain ttlMs.
     * @member {number|null|undefined} ttlMs
     * @memberof Subchain
     * @instance
     */
    Subchain.prototype.ttlMs = null;

    /**
     * Subchain onFailed.
     * @member {number} onFailed
     * @memberof Subchain
     * @instance
     */
    Subchain.prototype.onFailed = 0;

    // OneOf field names bound to virtual getters and setters
    let $oneOfFields;

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Subchain.prototype, "_output", {
        get: $util.oneOfGetter($oneOfFields = ["output"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Subchain.prototype, "_timeLimitMs", {
        get: $util.oneOfGetter($oneOfFields = ["timeLimitMs"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(Subchain.prototype, "_ttlMs", {
        get: $util.oneOfGetter($oneOfFields = ["ttlMs"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    /**
     * Encodes the specified Subchain message. Does not implicitly {@link Subchain.verify|verify} messages.
     * @function encode
     * @memberof Subchain
     * @static
     * @param {Subchain.$Properties} message Subchain message or plain object to encode
     * @param {$protobuf.Writer} [writer] Writer to encode to
     * @returns {$protobuf.Writer} Writer
     */
    Subchain.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.chain != null && $Object.hasOwnProperty.call(message, "chain") && message.chain !== "")
            writer.uint32(/* id 1, wireType 2 =*/10).string(message.chain);
        if (message.functions != null && message.functions.length)
            for (let i = 0; i < message.functions.length; ++i)
                $root.FunctionSpec.encode(message.functions[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
        if (message.nodes != null && message.nodes.length)
            for (let i = 0; i < message.nodes.length; ++i)
                $root.ChainNode.encode(message.nodes[i], writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
        if (message.output != null && $Object.hasOwnProperty.call(message, "output"))
            writer.uint32(/* id 4, wireType 2 =*/34).string(message.output);
        if (message.timeLimitMs != null && $Object.hasOwnProperty.call(message, "timeLimitMs"))
            writer.uint32(/* id 5, wireType 1 =*/41).double(message.timeLimitMs);
        if (message.ttlMs != null && $Object.hasOwnProperty.call(message, "ttlMs"))
            writer.uint32(/* id 6, wireType 1 =*/49).double(message.ttlMs);
        if (message.onFailed != null && $Object.hasOwnProperty.call(message, "onFailed") && message.onFailed !== 0)
            writer.uint32(/* id 7, wireType 0 =*/56).uint32(message.onFailed);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    /**
     * Decodes a Subchain message from the specified reader or buffer.
     * @function decode
     * @memberof Subchain
     * @static
     * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
     * @param {number} [length] Message length if known beforehand
     * @returns {Subchain & Subchain.$Shape} Subchain
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    Subchain.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.Subchain();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    if ((value = reader.stringVerify()).length)
                        message.chain = value;
                    else
                        delete message.chain;
                    continue;
                }
            case 2: {
                    if (wireType !== 2)
                        break;
                    if (!(message.functions && message.functions.length))
                        message.functions = [];
                    message.functions.push($root.FunctionSpec.decode(reader, reader.size(), $undefined, _depth + 1));
                    continue;
                }
            case 3: {
                    if (wireType !== 2)
                        break;
                    if (!(message.nodes && message.nodes.length))
                        message.nodes = [];
                    message.nodes.push($root.ChainNode.decode(reader, reader.size(), $undefined, _depth + 1));
                    continue;
                }
            case 4: {
                    if (wireType !== 2)
                        break;
                    message.output = reader.stringVerify();
                    message._output = "output";
                    continue;
                }
            case 5: {
                    if (wireType !== 1)
                        break;
                    message.timeLimitMs = reader.double();
                    message._timeLimitMs = "timeLimitMs";
                    continue;
                }
            case 6: {
                    if (wireType !== 1)
                        break;
                    message.ttlMs = reader.double();
                    message._ttlMs = "ttlMs";
                    continue;
                }
            case 7: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.uint32())
                        message.onFailed = value;
                    else
                        delete message.onFailed;
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return Subchain;
})();

export const ParentRef = $root.ParentRef = (() => {

    /**
     * Properties of a ParentRef.
     * @typedef {Object} ParentRef.$Properties
     * @property {string|null} [instance] ParentRef instance
     * @property {string|null} [node] ParentRef node
     * @property {number|null} [item] ParentRef item
     * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
     */

    /**
     * Properties of a ParentRef.
     * @exports IParentRef
     * @interface IParentRef
     * @augments ParentRef.$Properties
     * @deprecated Use ParentRef.$Properties instead.
     */

    /**
     * Shape of a ParentRef.
     * @typedef {ParentRef.$Properties} ParentRef.$Shape
     */

    /**
     * Constructs a new ParentRef.
     * @exports ParentRef
     * @classdesc Represents a ParentRef.
     * @constructor
     * @param {ParentRef.$Properties=} [properties] Properties to set
     * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
     */
    const ParentRef = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    /**
     * ParentRef instance.
     * @member {string} instance
     * @memberof ParentRef
     * @instance
     */
    ParentRef.prototype.instance = "";

    /**
     * ParentRef node.
     * @member {string} node
     * @memberof ParentRef
     * @instance
     */
    ParentRef.prototype.node = "";

    /**
     * ParentRef item.
     * @member {number|null|undefined} item
     * @memberof ParentRef
     * @instance
     */
    ParentRef.prototype.item = null;

    // OneOf field names bound to virtual getters and setters
    let $oneOfFields;

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(ParentRef.prototype, "_item", {
        get: $util.oneOfGetter($oneOfFields = ["item"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    /**
     * Encodes the specified ParentRef message. Does not implicitly {@link ParentRef.verify|verify} messages.
     * @function encode
     * @memberof ParentRef
     * @static
     * @param {ParentRef.$Properties} message ParentRef message or plain object to encode
     * @param {$protobuf.Writer} [writer] Writer to encode to
     * @returns {$protobuf.Writer} Writer
     */
    ParentRef.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.instance != null && $Object.hasOwnProperty.call(message, "instance") && message.instance !== "")
            writer.uint32(/* id 1, wireType 2 =*/10).string(message.instance);
        if (message.node != null && $Object.hasOwnProperty.call(message, "node") && message.node !== "")
            writer.uint32(/* id 2, wireType 2 =*/18).string(message.node);
        if (message.item != null && $Object.hasOwnProperty.call(message, "item"))
            writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.item);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    /**
     * Decodes a ParentRef message from the specified reader or buffer.
     * @function decode
     * @memberof ParentRef
     * @static
     * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
     * @param {number} [length] Message length if known beforehand
     * @returns {ParentRef & ParentRef.$Shape} ParentRef
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    ParentRef.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.ParentRef();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    if ((value = reader.stringVerify()).length)
                        message.instance = value;
                    else
                        delete message.instance;
                    continue;
                }
            case 2: {
                    if (wireType !== 2)
                        break;
                    if ((value = reader.stringVerify()).length)
                        message.node = value;
                    else
                        delete message.node;
                    continue;
                }
            case 3: {
                    if (wireType !== 0)
                        break;
                    message.item = reader.uint32();
                    message._item = "item";
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return ParentRef;
})();

export const Callback = $root.Callback = (() => {

    /**
     * Properties of a Callback.
     * @typedef {Object} Callback.$Properties
     * @property {string|null} [url] Callback url
     * @property {Array.<string>|null} [on] Callback on
     * @property {string|null} [secret] Callback secret
     * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
     */

    /**
     * Properties of a Callback.
     * @exports ICallback
     * @interface ICallback
     * @augments Callback.$Properties
     * @deprecated Use Callback.$Properties instead.
     */

    /**
     * Shape of a Callback.
     * @typedef {Callback.$Properties} Callback.$Shape
     */

    /**
     * Constructs a new Callback.
     * @exports Callback
     * @classdesc Represents a Callback.
     * @constructor
     * @param {Callback.$Properties=} [properties] Properties to set
     * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
     */
    const Callback = function (properties) {
        this.on = [];
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    /**
     * Callback url.
     * @member {string} url
     * @memberof Callback
     * @instance
     */
    Callback.prototype.url = "";

    /**
     * Callback on.
     * @member {Array.<string>} on
     * @memberof Callback
     * @instance
     */
    Callback.prototype.on = $util.emptyArray;

    /**
     * Callback secret.
     * @member {string} secret
     * @memberof Callback
     * @instance
     */
    Callback.prototype.secret = "";

    /**
     * Encodes the specified Callback message. Does not implicitly {@link Callback.verify|verify} messages.
     * @function encode
     * @memberof Callback
     * @static
     * @param {Callback.$Properties} message Callback message or plain object to encode
     * @param {$protobuf.Writer} [writer] Writer to encode to
     * @returns {$protobuf.Writer} Writer
     */
    Callback.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.url != null && $Object.hasOwnProperty.call(message, "url") && message.url !== "")
            writer.uint32(/* id 1, wireType 2 =*/10).string(message.url);
        if (message.on != null && message.on.length)
            for (let i = 0; i < message.on.length; ++i)
                writer.uint32(/* id 2, wireType 2 =*/18).string(message.on[i]);
        if (message.secret != null && $Object.hasOwnProperty.call(message, "secret") && message.secret !== "")
            writer.uint32(/* id 3, wireType 2 =*/26).string(message.secret);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    /**
     * Decodes a Callback message from the specified reader or buffer.
     * @function decode
     * @memberof Callback
     * @static
     * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
     * @param {number} [length] Message length if known beforehand
     * @returns {Callback & Callback.$Shape} Callback
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    Callback.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.Callback();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    if ((value = reader.stringVerify()).length)
                        message.url = value;
                    else
                        delete message.url;
                    continue;
                }
            case 2: {
                    if (wireType !== 2)
                        break;
                    if (!(message.on && message.on.length))
                        message.on = [];
                    message.on.push(reader.stringVerify());
                    continue;
                }
            case 3: {
                    if (wireType !== 2)
                        break;
                    if ((value = reader.stringVerify()).length)
                        message.secret = value;
                    else
                        delete message.secret;
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return Callback;
})();

export const ChainState = $root.ChainState = (() => {

    /**
     * Properties of a ChainState.
     * @typedef {Object} ChainState.$Properties
     * @property {ChainNode.$Properties|null} [currentNode] ChainState currentNode
     * @property {number|null} [instanceID] ChainState instanceID
     * @property {number|null} [chainID] ChainState chainID
     * @property {Object.<string,string>|null} [flags] ChainState flags
     * @property {string|null} [invokeTime] ChainState invokeTime
     * @property {string|null} [id] ChainState id
     * @property {string|null} [chain] ChainState chain
     * @property {number|null} [submittedAtMs] ChainState submittedAtMs
     * @property {number|null} [priority] ChainState priority
     * @property {number|null} [weight] ChainState weight
     * @property {number|null} [deadlineMs] ChainState deadlineMs
     * @property {Array.<FunctionSpec.$Properties>|null} [functions] ChainState functions
     * @property {Array.<ChainNode.$Properties>|null} [nodes] ChainState nodes
     * @property {number|null} [version] ChainState version
     * @property {string|null} [output] ChainState output
     * @property {number|null} [timeLimitMs] ChainState timeLimitMs
     * @property {number|null} [ttlMs] ChainState ttlMs
     * @property {number|null} [onFailed] ChainState onFailed
     * @property {Array.<Subchain.$Properties>|null} [subchains] ChainState subchains
     * @property {string|null} [argsJson] ChainState argsJson
     * @property {ParentRef.$Properties|null} [parent] ChainState parent
     * @property {Array.<number>|null} [generations] ChainState generations
     * @property {string|null} [traceparent] ChainState traceparent
     * @property {string|null} [tracestate] ChainState tracestate
     * @property {number|null} [dueAtMs] ChainState dueAtMs
     * @property {Callback.$Properties|null} [callback] ChainState callback
     * @property {Array.<number>|null} [retriedAtMs] ChainState retriedAtMs
     * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
     */

    /**
     * Properties of a ChainState.
     * @exports IChainState
     * @interface IChainState
     * @augments ChainState.$Properties
     * @deprecated Use ChainState.$Properties instead.
     */

    /**
     * Shape of a ChainState.
     * @typedef {ChainState.$Properties} ChainState.$Shape
     */

    /**
     * Constructs a new ChainState.
     * @exports ChainState
     * @classdesc Represents a ChainState.
     * @constructor
     * @param {ChainState.$Properties=} [properties] Properties to set
     * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
     */
    const ChainState = function (properties) {
        this.flags = {};
        this.functions = [];
        this.nodes = [];
        this.subchains = [];
        this.generations = [];
        this.retriedAtMs = [];
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    /**
     * ChainState currentNode.
     * @member {ChainNode.$Properties|null|undefined} currentNode
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.currentNode = null;

    /**
     * ChainState instanceID.
     * @member {number} instanceID
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.instanceID = 0;

    /**
     * ChainState chainID.
     * @member {number} chainID
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.chainID = 0;

    /**
     * ChainState flags.
     * @member {Object.<string,string>} flags
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.flags = $util.emptyObject;

    /**
     * ChainState invokeTime.
     * @member {string} invokeTime
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.invokeTime = "";

    /**
     * ChainState id.
     * @member {string} id
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.id = "";

    /**
     * ChainState chain.
     * @member {string} chain
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.chain = "";

    /**
     * ChainState submittedAtMs.
     * @member {number|null|undefined} submittedAtMs
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.submittedAtMs = null;

    /**
     * ChainState priority.
     * @member {number|null|undefined} priority
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.priority = null;

    /**
     * ChainState weight.
     * @member {number|null|undefined} weight
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.weight = null;

    /**
     * ChainState deadlineMs.
     * @member {number|null|undefined} deadlineMs
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.deadlineMs = null;

    /**
     * ChainState functions.
     * @member {Array.<FunctionSpec.$Properties>} functions
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.functions = $util.emptyArray;

    /**
     * ChainState nodes.
     * @member {Array.<ChainNode.$Properties>} nodes
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.nodes = $util.emptyArray;

    /**
     * ChainState version.
     * @member {number} version
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.version = 0;

    /**
     * ChainState output.
     * @member {string|null|undefined} output
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.output = null;

    /**
     * ChainState timeLimitMs.
     * @member {number|null|undefined} timeLimitMs
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.timeLimitMs = null;

    /**
     * ChainState ttlMs.
     * @member {number|null|undefined} ttlMs
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.ttlMs = null;

    /**
     * ChainState onFailed.
     * @member {number} onFailed
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.onFailed = 0;

    /**
     * ChainState subchains.
     * @member {Array.<Subchain.$Properties>} subchains
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.subchains = $util.emptyArray;

    /**
     * ChainState argsJson.
     * @member {string} argsJson
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.argsJson = "";

    /**
     * ChainState parent.
     * @member {ParentRef.$Properties|null|undefined} parent
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.parent = null;

    /**
     * ChainState generations.
     * @member {Array.<number>} generations
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.generations = $util.emptyArray;

    /**
     * ChainState traceparent.
     * @member {string} traceparent
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.traceparent = "";

    /**
     * ChainState tracestate.
     * @member {string} tracestate
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.tracestate = "";

    /**
     * ChainState dueAtMs.
     * @member {number|null|undefined} dueAtMs
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.dueAtMs = null;

    /**
     * ChainState callback.
     * @member {Callback.$Properties|null|undefined} callback
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.callback = null;

    /**
     * ChainState retriedAtMs.
     * @member {Array.<number>} retriedAtMs
     * @memberof ChainState
     * @instance
     */
    ChainState.prototype.retriedAtMs = $util.emptyArray;

    // OneOf field names bound to virtual getters and setters
    let $oneOfFields;

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(ChainState.prototype, "_submittedAtMs", {
        get: $util.oneOfGetter($oneOfFields = ["submittedAtMs"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(ChainState.prototype, "_priority", {
        get: $util.oneOfGetter($oneOfFields = ["priority"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(ChainState.prototype, "_weight", {
        get: $util.oneOfGetter($oneOfFields = ["weight"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(ChainState.prototype, "_deadlineMs", {
        get: $util.oneOfGetter($oneOfFields = ["deadlineMs"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(ChainState.prototype, "_output", {
        get: $util.oneOfGetter($oneOfFields = ["output"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(ChainState.prototype, "_timeLimitMs", {
        get: $util.oneOfGetter($oneOfFields = ["timeLimitMs"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(ChainState.prototype, "_ttlMs", {
        get: $util.oneOfGetter($oneOfFields = ["ttlMs"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(ChainState.prototype, "_dueAtMs", {
        get: $util.oneOfGetter($oneOfFields = ["dueAtMs"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    /**
     * Encodes the specified ChainState message. Does not implicitly {@link ChainState.verify|verify} messages.
     * @function encode
     * @memberof ChainState
     * @static
     * @param {ChainState.$Properties} message ChainState message or plain object to encode
     * @param {$protobuf.Writer} [writer] Writer to encode to
     * @returns {$protobuf.Writer} Writer
     */
    ChainState.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.currentNode != null && $Object.hasOwnProperty.call(message, "currentNode"))
            $root.ChainNode.encode(message.currentNode, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
        if (message.instanceID != null && $Object.hasOwnProperty.call(message, "instanceID") && message.instanceID !== 0)
            writer.uint32(/* id 2, wireType 0 =*/16).int32(message.instanceID);
        if (message.chainID != null && $Object.hasOwnProperty.call(message, "chainID") && message.chainID !== 0)
            writer.uint32(/* id 3, wireType 0 =*/24).int32(message.chainID);
        if (message.flags != null && $Object.hasOwnProperty.call(message, "flags"))
            for (let keys = $Object.keys(message.flags), i = 0; i < keys.length; ++i)
                writer.uint32(/* id 4, wireType 2 =*/34).fork().uint32(/* id 1, wireType 2 =*/10).string(keys[i]).uint32(/* id 2, wireType 2 =*/18).string(message.flags[keys[i]]).ldelim();
        if (message.invokeTime != null && $Object.hasOwnProperty.call(message, "invokeTime") && message.invokeTime !== "")
            writer.uint32(/* id 5, wireType 2 =*/42).string(message.invokeTime);
        if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== "")
            writer.uint32(/* id 16, wireType 2 =*/130).string(message.id);
        if (message.chain != null && $Object.hasOwnProperty.call(message, "chain") && message.chain !== "")
            writer.uint32(/* id 17, wireType 2 =*/138).string(message.chain);
        if (message.submittedAtMs != null && $Object.hasOwnProperty.call(message, "submittedAtMs"))
            writer.uint32(/* id 18, wireType 1 =*/145).double(message.submittedAtMs);
        if (message.priority != null && $Object.hasOwnProperty.call(message, "priority"))
            writer.uint32(/* id 19, wireType 1 =*/153).double(message.priority);
        if (message.weight != null && $Object.hasOwnProperty.call(message, "weight"))
            writer.uint32(/* id 20, wireType 1 =*/161).double(message.weight);
        if (message.deadlineMs != null && $Object.hasOwnProperty.call(message, "deadlineMs"))
            writer.uint32(/* id 21, wireType 1 =*/169).double(message.deadlineMs);
        if (message.functions != null && message.functions.length)
            for (let i = 0; i < message.functions.length; ++i)
                $root.FunctionSpec.encode(message.functions[i], writer.uint32(/* id 22, wireType 2 =*/178).fork(), _depth + 1).ldelim();
        if (message.nodes != null && message.nodes.length)
            for (let i = 0; i < message.nodes.length; ++i)
                $root.ChainNode.encode(message.nodes[i], writer.uint32(/* id 23, wireType 2 =*/186).fork(), _depth + 1).ldelim();
        if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== 0)
            writer.uint32(/* id 24, wireType 0 =*/192).uint32(message.version);
        if (message.output != null && $Object.hasOwnProperty.call(message, "output"))
            writer.uint32(/* id 25, wireType 2 =*/202).string(message.output);
        if (message.timeLimitMs != null && $Object.hasOwnProperty.call(message, "timeLimitMs"))
            writer.uint32(/* id 26, wireType 1 =*/209).double(message.timeLimitMs);
        if (message.ttlMs != null && $Object.hasOwnProperty.call(message, "ttlMs"))
            writer.uint32(/* id 27, wireType 1 =*/217).double(message.ttlMs);
        if (message.onFailed != null && $Object.hasOwnProperty.call(message, "onFailed") && message.onFailed !== 0)
            writer.uint32(/* id 28, wireType 0 =*/224).uint32(message.onFailed);
        if (message.subchains != null && message.subchains.length)
            for (let i = 0; i < message.subchains.length; ++i)
                $root.Subchain.encode(message.subchains[i], writer.uint32(/* id 29, wireType 2 =*/234).fork(), _depth + 1).ldelim();
        if (message.argsJson != null && $Object.hasOwnProperty.call(message, "argsJson") && message.argsJson !== "")
            writer.uint32(/* id 30, wireType 2 =*/242).string(message.argsJson);
        if (message.parent != null && $Object.hasOwnProperty.call(message, "parent"))
            $root.ParentRef.encode(message.parent, writer.uint32(/* id 31, wireType 2 =*/250).fork(), _depth + 1).ldelim();
        if (message.generations != null && message.generations.length)
            writer.uint32(/* id 32, wireType 2 =*/258).uint32s(message.generations);
        if (message.traceparent != null && $Object.hasOwnProperty.call(message, "traceparent") && message.traceparent !== "")
            writer.uint32(/* id 33, wireType 2 =*/266).string(message.traceparent);
        if (message.tracestate != null && $Object.hasOwnProperty.call(message, "tracestate") && message.tracestate !== "")
            writer.uint32(/* id 34, wireType 2 =*/274).string(message.tracestate);
        if (message.dueAtMs != null && $Object.hasOwnProperty.call(message, "dueAtMs"))
            writer.uint32(/* id 35, wireType 1 =*/281).double(message.dueAtMs);
        if (message.callback != null && $Object.hasOwnProperty.call(message, "callback"))
            $root.Callback.encode(message.callback, writer.uint32(/* id 36, wireType 2 =*/290).fork(), _depth + 1).ldelim();
        if (message.retriedAtMs != null && message.retriedAtMs.length)
            writer.uint32(/* id 37, wireType 2 =*/298).doubles(message.retriedAtMs);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    /**
     * Decodes a ChainState message from the specified reader or buffer.
     * @function decode
     * @memberof ChainState
     * @static
     * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
     * @param {number} [length] Message length if known beforehand
     * @returns {ChainState & ChainState.$Shape} ChainState
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    ChainState.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message, key, value;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.ChainState();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    message.currentNode = $root.ChainNode.decode(reader, reader.size(), $undefined, _depth + 1, message.currentNode);
                    continue;
                }
            case 2: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.int32())
                        message.instanceID = value;
                    else
                        delete message.instanceID;
                    continue;
                }
            case 3: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.int32())
                        message.chainID = value;
                    else
                        delete message.chainID;
                    continue;
                }
            case 4: {
                    if (wireType !== 2)
                        break;
                    if (message.flags === $util.emptyObject)
                        message.flags = {};
                    let end2 = reader.size() + reader.pos;
                    if (end2 > reader.len)
                        throw $RangeError("index out of range");
                    reader.len = end2;
                    key = "";
                    value = "";
                    while (reader.pos < end2) {
                        let tag2 = reader.tag();
                        wireType = tag2 & 7;
                        switch (tag2 >>>= 3) {
                        case 1:
                            if (wireType !== 2)
                                break;
                            key = reader.stringVerify();
                            continue;
                        case 2:
                            if (wireType !== 2)
                                break;
                            value = reader.stringVerify();
                            continue;
                        }
                        reader.skipType(wireType, _depth, tag2);
                    }
                    if (reader.pos !== end2)
                        throw $RangeError("index out of range");
                    reader.len = end;
                    if (key === "__proto__")
                        $util.makeProp(message.flags, key);
                    message.flags[key] = value;
                    continue;
                }
            case 5: {
                    if (wireType !== 2)
                        break;
                    if ((value = reader.stringVerify()).length)
                        message.invokeTime = value;
                    else
                        delete message.invokeTime;
                    continue;
                }
            case 16: {
                    if (wireType !== 2)
                        break;
                    if ((value = reader.stringVerify()).length)
                        message.id = value;
                    else
                        delete message.id;
                    continue;
                }
            case 17: {
                    if (wireType !== 2)
                        break;
                    if ((value = reader.stringVerify()).length)
                        message.chain = value;
                    else
                        delete message.chain;
                    continue;
                }
            case 18: {
                    if (wireType !== 1)
                        break;
                    message.submittedAtMs = reader.double();
                    message._submittedAtMs = "submittedAtMs";
                    continue;
                }
            case 19: {
                    if (wireType !== 1)
                        break;
                    message.priority = reader.double();
                    message._priority = "priority";
                    continue;
                }
            case 20: {
                    if (wireType !== 1)
                        break;
                    message.weight = reader.double();
                    message._weight = "weight";
                    continue;
                }
            case 21: {
                    if (wireType !== 1)
                        break;
                    message.deadlineMs = reader.double();
                    message._deadlineMs = "deadlineMs";
                    continue;
                }
            case 22: {
                    if (wireType !== 2)
                        break;
                    if (!(message.functions && message.functions.length))
                        message.functions = [];
                    message.functions.push($root.FunctionSpec.decode(reader, reader.size(), $undefined, _depth + 1));
                    continue;
                }
            case 23: {
                    if (wireType !== 2)
                        break;
                    if (!(message.nodes && message.nodes.length))
                        message.nodes = [];
                    message.nodes.push($root.ChainNode.decode(reader, reader.size(), $undefined, _depth + 1));
                    continue;
                }
            case 24: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.uint32())
                        message.version = value;
                    else
                        delete message.version;
                    continue;
                }
            case 25: {
                    if (wireType !== 2)
                        break;
                    message.output = reader.stringVerify();
                    message._output = "output";
                    continue;
                }
            case 26: {
                    if (wireType !== 1)
                        break;
                    message.timeLimitMs = reader.double();
                    message._timeLimitMs = "timeLimitMs";
                    continue;
                }
            case 27: {
                    if (wireType !== 1)
                        break;
                    message.ttlMs = reader.double();
                    message._ttlMs = "ttlMs";
                    continue;
                }
            case 28: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.uint32())
                        message.onFailed = value;
                    else
                        delete message.onFailed;
                    continue;
                }
            case 29: {
                    if (wireType !== 2)
                        break;
                    if (!(message.subchains && message.subchains.length))
                        message.subchains = [];
                    message.subchains.push($root.Subchain.decode(reader, reader.size(), $undefined, _depth + 1));
                    continue;
                }
            case 30: {
                    if (wireType !== 2)
                        break;
                    if ((value = reader.stringVerify()).length)
                        message.argsJson = value;
                    else
                        delete message.argsJson;
                    continue;
                }
            case 31: {
                    if (wireType !== 2)
                        break;
                    message.parent = $root.ParentRef.decode(reader, reader.size(), $undefined, _depth + 1, message.parent);
                    continue;
                }
            case 32: {
                    if (wireType === 2) {
                        if (!(message.generations && message.generations.length))
                            message.generations = [];
                        reader.uint32s(message.generations);
                        continue;
                    }
                    if (wireType !== 0)
                        break;
                    if (!(message.generations && message.generations.length))
                        message.generations = [];
                    message.generations.push(reader.uint32());
                    continue;
                }
            case 33: {
                    if (wireType !== 2)
                        break;
                    if ((value = reader.stringVerify()).length)
                        message.traceparent = value;
                    else
                        delete message.traceparent;
                    continue;
                }
            case 34: {
                    if (wireType !== 2)
                        break;
                    if ((value = reader.stringVerify()).length)
                        message.tracestate = value;
                    else
                        delete message.tracestate;
                    continue;
                }
            case 35: {
                    if (wireType !== 1)
                        break;
                    message.dueAtMs = reader.double();
                    message._dueAtMs = "dueAtMs";
                    continue;
                }
            case 36: {
                    if (wireType !== 2)
                        break;
                    message.callback = $root.Callback.decode(reader, reader.size(), $undefined, _depth + 1, message.callback);
                    continue;
                }
            case 37: {
                    if (wireType === 2) {
                        if (!(message.retriedAtMs && message.retriedAtMs.length))
                            message.retriedAtMs = [];
                        reader.doubles(message.retriedAtMs);
                        continue;
                    }
                    if (wireType !== 1)
                        break;
                    if (!(message.retriedAtMs && message.retriedAtMs.length))
                        message.retriedAtMs = [];
                    message.retriedAtMs.push(reader.double());
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return ChainState;
})();

export const FunctionSpec = $root.FunctionSpec = (() => {

    /**
     * Properties of a FunctionSpec.
     * @typedef {Object} FunctionSpec.$Properties
     * @property {string|null} [name] FunctionSpec name
     * @property {string|null} [url] FunctionSpec url
     * @property {number|null} [id] FunctionSpec id
     * @property {string|null} [method] FunctionSpec method
     * @property {number|null} [timeoutMs] FunctionSpec timeoutMs
     * @property {RetryRule.$Properties|null} [retry] FunctionSpec retry
     * @property {Time.$Properties|null} [time] FunctionSpec time
     * @property {string|null} [payload] FunctionSpec payload
     * @property {number|null} [priority] FunctionSpec priority
     * @property {boolean|null} [atMostOnce] FunctionSpec atMostOnce
     * @property {Headers.$Properties|null} [headers] FunctionSpec headers
     * @property {Object.<string,string>|null} [urls] FunctionSpec urls
     * @property {boolean|null} [background] FunctionSpec background
     * @property {boolean|null} [served] FunctionSpec served
     * @property {number|null} [accepts] FunctionSpec accepts
     * @property {string|null} [auth] FunctionSpec auth
     * @property {string|null} [audience] FunctionSpec audience
     * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
     */

    /**
     * Properties of a FunctionSpec.
     * @exports IFunctionSpec
     * @interface IFunctionSpec
     * @augments FunctionSpec.$Properties
     * @deprecated Use FunctionSpec.$Properties instead.
     */

    /**
     * Shape of a FunctionSpec.
     * @typedef {FunctionSpec.$Properties} FunctionSpec.$Shape
     */

    /**
     * Constructs a new FunctionSpec.
     * @exports FunctionSpec
     * @classdesc Represents a FunctionSpec.
     * @constructor
     * @param {FunctionSpec.$Properties=} [properties] Properties to set
     * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
     */
    const FunctionSpec = function (properties) {
        this.urls = {};
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    /**
     * FunctionSpec name.
     * @member {string} name
     * @memberof FunctionSpec
     * @instance
     */
    FunctionSpec.prototype.name = "";

    /**
     * FunctionSpec url.
     * @member {string|null|undefined} url
     * @memberof FunctionSpec
     * @instance
     */
    FunctionSpec.prototype.url = null;

    /**
     * FunctionSpec id.
     * @member {number|null|undefined} id
     * @memberof FunctionSpec
     * @instance
     */
    FunctionSpec.prototype.id = null;

    /**
     * FunctionSpec method.
     * @member {string} method
     * @memberof FunctionSpec
     * @instance
     */
    FunctionSpec.prototype.method = "";

    /**
     * FunctionSpec timeoutMs.
     * @member {number|null|undefined} timeoutMs
     * @memberof FunctionSpec
     * @instance
     */
    FunctionSpec.prototype.timeoutMs = null;

    /**
     * FunctionSpec retry.
     * @member {RetryRule.$Properties|null|undefined} retry
     * @memberof FunctionSpec
     * @instance
     */
    FunctionSpec.prototype.retry = null;

    /**
     * FunctionSpec time.
     * @member {Time.$Properties|null|undefined} time
     * @memberof FunctionSpec
     * @instance
     */
    FunctionSpec.prototype.time = null;

    /**
     * FunctionSpec payload.
     * @member {string} payload
     * @memberof FunctionSpec
     * @instance
     */
    FunctionSpec.prototype.payload = "";

    /**
     * FunctionSpec priority.
     * @member {number|null|undefined} priority
     * @memberof FunctionSpec
     * @instance
     */
    FunctionSpec.prototype.priority = null;

    /**
     * FunctionSpec atMostOnce.
     * @member {boolean} atMostOnce
     * @memberof FunctionSpec
     * @instance
     */
    FunctionSpec.prototype.atMostOnce = false;

    /**
     * FunctionSpec headers.
     * @member {Headers.$Properties|null|undefined} headers
     * @memberof FunctionSpec
     * @instance
     */
    FunctionSpec.prototype.headers = null;

    /**
     * FunctionSpec urls.
     * @member {Object.<string,string>} urls
     * @memberof FunctionSpec
     * @instance
     */
    FunctionSpec.prototype.urls = $util.emptyObject;

    /**
     * FunctionSpec background.
     * @member {boolean|null|undefined} background
     * @memberof FunctionSpec
     * @instance
     */
    FunctionSpec.prototype.background = null;

    /**
     * FunctionSpec served.
     * @member {boolean} served
     * @memberof FunctionSpec
     * @instance
     */
    FunctionSpec.prototype.served = false;

    /**
     * FunctionSpec accepts.
     * @member {number} accepts
     * @memberof FunctionSpec
     * @instance
     */
    FunctionSpec.prototype.accepts = 0;

    /**
     * FunctionSpec auth.
     * @member {string} auth
     * @memberof FunctionSpec
     * @instance
     */
    FunctionSpec.prototype.auth = "";

    /**
     * FunctionSpec audience.
     * @member {string|null|undefined} audience
     * @memberof FunctionSpec
     * @instance
     */
    FunctionSpec.prototype.audience = null;

    // OneOf field names bound to virtual getters and setters
    let $oneOfFields;

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(FunctionSpec.prototype, "_url", {
        get: $util.oneOfGetter($oneOfFields = ["url"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(FunctionSpec.prototype, "_id", {
        get: $util.oneOfGetter($oneOfFields = ["id"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(FunctionSpec.prototype, "_timeoutMs", {
        get: $util.oneOfGetter($oneOfFields = ["timeoutMs"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(FunctionSpec.prototype, "_priority", {
        get: $util.oneOfGetter($oneOfFields = ["priority"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(FunctionSpec.prototype, "_background", {
        get: $util.oneOfGetter($oneOfFields = ["background"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(FunctionSpec.prototype, "_audience", {
        get: $util.oneOfGetter($oneOfFields = ["audience"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    /**
     * Encodes the specified FunctionSpec message. Does not implicitly {@link FunctionSpec.verify|verify} messages.
     * @function encode
     * @memberof FunctionSpec
     * @static
     * @param {FunctionSpec.$Properties} message FunctionSpec message or plain object to encode
     * @param {$protobuf.Writer} [writer] Writer to encode to
     * @returns {$protobuf.Writer} Writer
     */
    FunctionSpec.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
            writer.uint32(/* id 1, wireType 2 =*/10).string(message.name);
        if (message.url != null && $Object.hasOwnProperty.call(message, "url"))
            writer.uint32(/* id 2, wireType 2 =*/18).string(message.url);
        if (message.id != null && $Object.hasOwnProperty.call(message, "id"))
            writer.uint32(/* id 3, wireType 0 =*/24).int32(message.id);
        if (message.method != null && $Object.hasOwnProperty.call(message, "method") && message.method !== "")
            writer.uint32(/* id 4, wireType 2 =*/34).string(message.method);
        if (message.timeoutMs != null && $Object.hasOwnProperty.call(message, "timeoutMs"))
            writer.uint32(/* id 5, wireType 1 =*/41).double(message.timeoutMs);
        if (message.retry != null && $Object.hasOwnProperty.call(message, "retry"))
            $root.RetryRule.encode(message.retry, writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
        if (message.time != null && $Object.hasOwnProperty.call(message, "time"))
            $root.Time.encode(message.time, writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
        if (message.payload != null && $Object.hasOwnProperty.call(message, "payload") && message.payload !== "")
            writer.uint32(/* id 8, wireType 2 =*/66).string(message.payload);
        if (message.priority != null && $Object.hasOwnProperty.call(message, "priority"))
            writer.uint32(/* id 9, wireType 1 =*/73).double(message.priority);
        if (message.atMostOnce != null && $Object.hasOwnProperty.call(message, "atMostOnce") && message.atMostOnce !== false)
            writer.uint32(/* id 10, wireType 0 =*/80).bool(message.atMostOnce);
        if (message.headers != null && $Object.hasOwnProperty.call(message, "headers"))
            $root.Headers.encode(message.headers, writer.uint32(/* id 11, wireType 2 =*/90).fork(), _depth + 1).ldelim();
        if (message.urls != null && $Object.hasOwnProperty.call(message, "urls"))
            for (let keys = $Object.keys(message.urls), i = 0; i < keys.length; ++i)
                writer.uint32(/* id 12, wireType 2 =*/98).fork().uint32(/* id 1, wireType 2 =*/10).string(keys[i]).uint32(/* id 2, wireType 2 =*/18).string(message.urls[keys[i]]).ldelim();
        if (message.background != null && $Object.hasOwnProperty.call(message, "background"))
            writer.uint32(/* id 13, wireType 0 =*/104).bool(message.background);
        if (message.served != null && $Object.hasOwnProperty.call(message, "served") && message.served !== false)
            writer.uint32(/* id 14, wireType 0 =*/112).bool(message.served);
        if (message.accepts != null && $Object.hasOwnProperty.call(message, "accepts") && message.accepts !== 0)
            writer.uint32(/* id 15, wireType 0 =*/120).uint32(message.accepts);
        if (message.auth != null && $Object.hasOwnProperty.call(message, "auth") && message.auth !== "")
            writer.uint32(/* id 16, wireType 2 =*/130).string(message.auth);
        if (message.audience != null && $Object.hasOwnProperty.call(message, "audience"))
            writer.uint32(/* id 17, wireType 2 =*/138).string(message.audience);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    /**
     * Decodes a FunctionSpec message from the specified reader or buffer.
     * @function decode
     * @memberof FunctionSpec
     * @static
     * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
     * @param {number} [length] Message length if known beforehand
     * @returns {FunctionSpec & FunctionSpec.$Shape} FunctionSpec
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    FunctionSpec.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message, key, value;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.FunctionSpec();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    if ((value = reader.stringVerify()).length)
                        message.name = value;
                    else
                        delete message.name;
                    continue;
                }
            case 2: {
                    if (wireType !== 2)
                        break;
                    message.url = reader.stringVerify();
                    message._url = "url";
                    continue;
                }
            case 3: {
                    if (wireType !== 0)
                        break;
                    message.id = reader.int32();
                    message._id = "id";
                    continue;
                }
            case 4: {
                    if (wireType !== 2)
                        break;
                    if ((value = reader.stringVerify()).length)
                        message.method = value;
                    else
                        delete message.method;
                    continue;
                }
            case 5: {
                    if (wireType !== 1)
                        break;
                    message.timeoutMs = reader.double();
                    message._timeoutMs = "timeoutMs";
                    continue;
                }
            case 6: {
                    if (wireType !== 2)
                        break;
                    message.retry = $root.RetryRule.decode(reader, reader.size(), $undefined, _depth + 1, message.retry);
                    continue;
                }
            case 7: {
                    if (wireType !== 2)
                        break;
                    message.time = $root.Time.decode(reader, reader.size(), $undefined, _depth + 1, message.time);
                    continue;
                }
            case 8: {
                    if (wireType !== 2)
                        break;
                    if ((value = reader.stringVerify()).length)
                        message.payload = value;
                    else
                        delete message.payload;
                    continue;
                }
            case 9: {
                    if (wireType !== 1)
                        break;
                    message.priority = reader.double();
                    message._priority = "priority";
                    continue;
                }
            case 10: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.bool())
                        message.atMostOnce = value;
                    else
                        delete message.atMostOnce;
                    continue;
                }
            case 11: {
                    if (wireType !== 2)
                        break;
                    message.headers = $root.Headers.decode(reader, reader.size(), $undefined, _depth + 1, message.headers);
                    continue;
                }
            case 12: {
                    if (wireType !== 2)
                        break;
                    if (message.urls === $util.emptyObject)
                        message.urls = {};
                    let end2 = reader.size() + reader.pos;
                    if (end2 > reader.len)
                        throw $RangeError("index out of range");
                    reader.len = end2;
                    key = "";
                    value = "";
                    while (reader.pos < end2) {
                        let tag2 = reader.tag();
                        wireType = tag2 & 7;
                        switch (tag2 >>>= 3) {
                        case 1:
                            if (wireType !== 2)
                                break;
                            key = reader.stringVerify();
                            continue;
                        case 2:
                            if (wireType !== 2)
                                break;
                            value = reader.stringVerify();
                            continue;
                        }
                        reader.skipType(wireType, _depth, tag2);
                    }
                    if (reader.pos !== end2)
                        throw $RangeError("index out of range");
                    reader.len = end;
                    if (key === "__proto__")
                        $util.makeProp(message.urls, key);
                    message.urls[key] = value;
                    continue;
                }
            case 13: {
                    if (wireType !== 0)
                        break;
                    message.background = reader.bool();
                    message._background = "background";
                    continue;
                }
            case 14: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.bool())
                        message.served = value;
                    else
                        delete message.served;
                    continue;
                }
            case 15: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.uint32())
                        message.accepts = value;
                    else
                        delete message.accepts;
                    continue;
                }
            case 16: {
                    if (wireType !== 2)
                        break;
                    if ((value = reader.stringVerify()).length)
                        message.auth = value;
                    else
                        delete message.auth;
                    continue;
                }
            case 17: {
                    if (wireType !== 2)
                        break;
                    message.audience = reader.stringVerify();
                    message._audience = "audience";
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return FunctionSpec;
})();

export const RetryRule = $root.RetryRule = (() => {

    /**
     * Properties of a RetryRule.
     * @typedef {Object} RetryRule.$Properties
     * @property {number|null} [attempts] RetryRule attempts
     * @property {number|null} [firstDelayMs] RetryRule firstDelayMs
     * @property {number|null} [factor] RetryRule factor
     * @property {number|null} [maxDelayMs] RetryRule maxDelayMs
     * @property {boolean|null} [jitter] RetryRule jitter
     * @property {FailureCauses.$Properties|null} [on] RetryRule on
     * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
     */

    /**
     * Properties of a RetryRule.
     * @exports IRetryRule
     * @interface IRetryRule
     * @augments RetryRule.$Properties
     * @deprecated Use RetryRule.$Properties instead.
     */

    /**
     * Shape of a RetryRule.
     * @typedef {RetryRule.$Properties} RetryRule.$Shape
     */

    /**
     * Constructs a new RetryRule.
     * @exports RetryRule
     * @classdesc Represents a RetryRule.
     * @constructor
     * @param {RetryRule.$Properties=} [properties] Properties to set
     * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
     */
    const RetryRule = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    /**
     * RetryRule attempts.
     * @member {number} attempts
     * @memberof RetryRule
     * @instance
     */
    RetryRule.prototype.attempts = 0;

    /**
     * RetryRule firstDelayMs.
     * @member {number|null|undefined} firstDelayMs
     * @memberof RetryRule
     * @instance
     */
    RetryRule.prototype.firstDelayMs = null;

    /**
     * RetryRule factor.
     * @member {number|null|undefined} factor
     * @memberof RetryRule
     * @instance
     */
    RetryRule.prototype.factor = null;

    /**
     * RetryRule maxDelayMs.
     * @member {number|null|undefined} maxDelayMs
     * @memberof RetryRule
     * @instance
     */
    RetryRule.prototype.maxDelayMs = null;

    /**
     * RetryRule jitter.
     * @member {boolean|null|undefined} jitter
     * @memberof RetryRule
     * @instance
     */
    RetryRule.prototype.jitter = null;

    /**
     * RetryRule on.
     * @member {FailureCauses.$Properties|null|undefined} on
     * @memberof RetryRule
     * @instance
     */
    RetryRule.prototype.on = null;

    // OneOf field names bound to virtual getters and setters
    let $oneOfFields;

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(RetryRule.prototype, "_firstDelayMs", {
        get: $util.oneOfGetter($oneOfFields = ["firstDelayMs"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(RetryRule.prototype, "_factor", {
        get: $util.oneOfGetter($oneOfFields = ["factor"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(RetryRule.prototype, "_maxDelayMs", {
        get: $util.oneOfGetter($oneOfFields = ["maxDelayMs"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    // Virtual OneOf for proto3 optional field
    $Object.defineProperty(RetryRule.prototype, "_jitter", {
        get: $util.oneOfGetter($oneOfFields = ["jitter"]),
        set: $util.oneOfSetter($oneOfFields)
    });

    /**
     * Encodes the specified RetryRule message. Does not implicitly {@link RetryRule.verify|verify} messages.
     * @function encode
     * @memberof RetryRule
     * @static
     * @param {RetryRule.$Properties} message RetryRule message or plain object to encode
     * @param {$protobuf.Writer} [writer] Writer to encode to
     * @returns {$protobuf.Writer} Writer
     */
    RetryRule.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.attempts != null && $Object.hasOwnProperty.call(message, "attempts") && message.attempts !== 0)
            writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.attempts);
        if (message.firstDelayMs != null && $Object.hasOwnProperty.call(message, "firstDelayMs"))
            writer.uint32(/* id 2, wireType 1 =*/17).double(message.firstDelayMs);
        if (message.factor != null && $Object.hasOwnProperty.call(message, "factor"))
            writer.uint32(/* id 3, wireType 1 =*/25).double(message.factor);
        if (message.maxDelayMs != null && $Object.hasOwnProperty.call(message, "maxDelayMs"))
            writer.uint32(/* id 4, wireType 1 =*/33).double(message.maxDelayMs);
        if (message.jitter != null && $Object.hasOwnProperty.call(message, "jitter"))
            writer.uint32(/* id 5, wireType 0 =*/40).bool(message.jitter);
        if (message.on != null && $Object.hasOwnProperty.call(message, "on"))
            $root.FailureCauses.encode(message.on, writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    /**
     * Decodes a RetryRule message from the specified reader or buffer.
     * @function decode
     * @memberof RetryRule
     * @static
     * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
     * @param {number} [length] Message length if known beforehand
     * @returns {RetryRule & RetryRule.$Shape} RetryRule
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    RetryRule.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.RetryRule();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.uint32())
                        message.attempts = value;
                    else
                        delete message.attempts;
                    continue;
                }
            case 2: {
                    if (wireType !== 1)
                        break;
                    message.firstDelayMs = reader.double();
                    message._firstDelayMs = "firstDelayMs";
                    continue;
                }
            case 3: {
                    if (wireType !== 1)
                        break;
                    message.factor = reader.double();
                    message._factor = "factor";
                    continue;
                }
            case 4: {
                    if (wireType !== 1)
                        break;
                    message.maxDelayMs = reader.double();
                    message._maxDelayMs = "maxDelayMs";
                    continue;
                }
            case 5: {
                    if (wireType !== 0)
                        break;
                    message.jitter = reader.bool();
                    message._jitter = "jitter";
                    continue;
                }
            case 6: {
                    if (wireType !== 2)
                        break;
                    message.on = $root.FailureCauses.decode(reader, reader.size(), $undefined, _depth + 1, message.on);
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return RetryRule;
})();

export const FailureCauses = $root.FailureCauses = (() => {

    /**
     * Properties of a FailureCauses.
     * @typedef {Object} FailureCauses.$Properties
     * @property {Array.<string>|null} [causes] FailureCauses causes
     * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
     */

    /**
     * Properties of a FailureCauses.
     * @exports IFailureCauses
     * @interface IFailureCauses
     * @augments FailureCauses.$Properties
     * @deprecated Use FailureCauses.$Properties instead.
     */

    /**
     * Shape of a FailureCauses.
     * @typedef {FailureCauses.$Properties} FailureCauses.$Shape
     */

    /**
     * Constructs a new FailureCauses.
     * @exports FailureCauses
     * @classdesc Represents a FailureCauses.
     * @constructor
     * @param {FailureCauses.$Properties=} [properties] Properties to set
     * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
     */
    const FailureCauses = function (properties) {
        this.causes = [];
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    /**
     * FailureCauses causes.
     * @member {Array.<string>} causes
     * @memberof FailureCauses
     * @instance
     */
    FailureCauses.prototype.causes = $util.emptyArray;

    /**
     * Encodes the specified FailureCauses message. Does not implicitly {@link FailureCauses.verify|verify} messages.
     * @function encode
     * @memberof FailureCauses
     * @static
     * @param {FailureCauses.$Properties} message FailureCauses message or plain object to encode
     * @param {$protobuf.Writer} [writer] Writer to encode to
     * @returns {$protobuf.Writer} Writer
     */
    FailureCauses.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.causes != null && message.causes.length)
            for (let i = 0; i < message.causes.length; ++i)
                writer.uint32(/* id 1, wireType 2 =*/10).string(message.causes[i]);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    /**
     * Decodes a FailureCauses message from the specified reader or buffer.
     * @function decode
     * @memberof FailureCauses
     * @static
     * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
     * @param {number} [length] Message length if known beforehand
     * @returns {FailureCauses & FailureCauses.$Shape} FailureCauses
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    FailureCauses.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.FailureCauses();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    if (!(message.causes && message.causes.length))
                        message.causes = [];
                    message.causes.push(reader.stringVerify());
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return FailureCauses;
})();

export const Time = $root.Time = (() => {

    /**
     * Properties of a Time.
     * @typedef {Object} Time.$Properties
     * @property {string|null} [kind] Time kind
     * @property {Array.<number>|null} [ms] Time ms
     * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
     */

    /**
     * Properties of a Time.
     * @exports ITime
     * @interface ITime
     * @augments Time.$Properties
     * @deprecated Use Time.$Properties instead.
     */

    /**
     * Shape of a Time.
     * @typedef {Time.$Properties} Time.$Shape
     */

    /**
     * Constructs a new Time.
     * @exports Time
     * @classdesc Represents a Time.
     * @constructor
     * @param {Time.$Properties=} [properties] Properties to set
     * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
     */
    const Time = function (properties) {
        this.ms = [];
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    /**
     * Time kind.
     * @member {string} kind
     * @memberof Time
     * @instance
     */
    Time.prototype.kind = "";

    /**
     * Time ms.
     * @member {Array.<number>} ms
     * @memberof Time
     * @instance
     */
    Time.prototype.ms = $util.emptyArray;

    /**
     * Encodes the specified Time message. Does not implicitly {@link Time.verify|verify} messages.
     * @function encode
     * @memberof Time
     * @static
     * @param {Time.$Properties} message Time message or plain object to encode
     * @param {$protobuf.Writer} [writer] Writer to encode to
     * @returns {$protobuf.Writer} Writer
     */
    Time.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.kind != null && $Object.hasOwnProperty.call(message, "kind") && message.kind !== "")
            writer.uint32(/* id 1, wireType 2 =*/10).string(message.kind);
        if (message.ms != null && message.ms.length)
            writer.uint32(/* id 2, wireType 2 =*/18).doubles(message.ms);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    /**
     * Decodes a Time message from the specified reader or buffer.
     * @function decode
     * @memberof Time
     * @static
     * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
     * @param {number} [length] Message length if known beforehand
     * @returns {Time & Time.$Shape} Time
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    Time.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.Time();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    if ((value = reader.stringVerify()).length)
                        message.kind = value;
                    else
                        delete message.kind;
                    continue;
                }
            case 2: {
                    if (wireType === 2) {
                        if (!(message.ms && message.ms.length))
                            message.ms = [];
                        reader.doubles(message.ms);
                        continue;
                    }
                    if (wireType !== 1)
                        break;
                    if (!(message.ms && message.ms.length))
                        message.ms = [];
                    message.ms.push(reader.double());
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return Time;
})();

export const Headers = $root.Headers = (() => {

    /**
     * Properties of a Headers.
     * @typedef {Object} Headers.$Properties
     * @property {Object.<string,string>|null} [entries] Headers entries
     * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
     */

    /**
     * Properties of a Headers.
     * @exports IHeaders
     * @interface IHeaders
     * @augments Headers.$Properties
     * @deprecated Use Headers.$Properties instead.
     */

    /**
     * Shape of a Headers.
     * @typedef {Headers.$Properties} Headers.$Shape
     */

    /**
     * Constructs a new Headers.
     * @exports Headers
     * @classdesc Represents a Headers.
     * @constructor
     * @param {Headers.$Properties=} [properties] Properties to set
     * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
     */
    const Headers = function (properties) {
        this.entries = {};
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    /**
     * Headers entries.
     * @member {Object.<string,string>} entries
     * @memberof Headers
     * @instance
     */
    Headers.prototype.entries = $util.emptyObject;

    /**
     * Encodes the specified Headers message. Does not implicitly {@link Headers.verify|verify} messages.
     * @function encode
     * @memberof Headers
     * @static
     * @param {Headers.$Properties} message Headers message or plain object to encode
     * @param {$protobuf.Writer} [writer] Writer to encode to
     * @returns {$protobuf.Writer} Writer
     */
    Headers.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.entries != null && $Object.hasOwnProperty.call(message, "entries"))
            for (let keys = $Object.keys(message.entries), i = 0; i < keys.length; ++i)
                writer.uint32(/* id 1, wireType 2 =*/10).fork().uint32(/* id 1, wireType 2 =*/10).string(keys[i]).uint32(/* id 2, wireType 2 =*/18).string(message.entries[keys[i]]).ldelim();
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    /**
     * Decodes a Headers message from the specified reader or buffer.
     * @function decode
     * @memberof Headers
     * @static
     * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
     * @param {number} [length] Message length if known beforehand
     * @returns {Headers & Headers.$Shape} Headers
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    Headers.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message, key, value;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.Headers();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 2)
                        break;
                    if (message.entries === $util.emptyObject)
                        message.entries = {};
                    let end2 = reader.size() + reader.pos;
                    if (end2 > reader.len)
                        throw $RangeError("index out of range");
                    reader.len = end2;
                    key = "";
                    value = "";
                    while (reader.pos < end2) {
                        let tag2 = reader.tag();
                        wireType = tag2 & 7;
                        switch (tag2 >>>= 3) {
                        case 1:
                            if (wireType !== 2)
                                break;
                            key = reader.stringVerify();
                            continue;
                        case 2:
                            if (wireType !== 2)
                                break;
                            value = reader.stringVerify();
                            continue;
                        }
                        reader.skipType(wireType, _depth, tag2);
                    }
                    if (reader.pos !== end2)
                        throw $RangeError("index out of range");
                    reader.len = end;
                    if (key === "__proto__")
                        $util.makeProp(message.entries, key);
                    message.entries[key] = value;
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    return Headers;
})();

export {
  $root as default
};
