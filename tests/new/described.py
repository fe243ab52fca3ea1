"""OpenAPI files as people write them, in YAML."""

SHELTER = """\
openapi: 3.0.3
info: {title: Shelter, version: "1"}
servers:
  - url: https://{region}.example.com/v2/
    variables: {region: {default: eu}}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
  parameters:
    Page: {name: page, in: query, required: true, schema: {type: integer, minimum: 1}}
  schemas:
    Kind: {type: string, enum: [cat, dog]}
    Pet:
      type: object
      required: [name, kind, born, mother, id]
      properties:
        id: {type: integer, readOnly: true}
        name: {type: string, example: Tom}
        kind: {$ref: "#/components/schemas/Kind"}
        born: {type: string, format: date, example: 2020-01-31}
        mother: {$ref: "#/components/schemas/Pet"}
        nickname: {type: string}
    Named:
      allOf:
        - {$ref: "#/components/schemas/Kind2"}
        - {type: object, required: [extra], properties: {extra: {type: number, minimum: 0.5}}}
    Kind2: {type: object, properties: {flag: {type: boolean}}}
paths:
  /pets:
    parameters: [{$ref: "#/components/parameters/Page"}]
    get:
      parameters:
        - {name: tags, in: query, required: true, schema: {type: array, items: {type: string, enum: [a b]}}}
        - {name: unused, in: query, schema: {type: string}}
        - {name: sort, in: query, example: age, schema: {type: string}}
        - {name: X-Trace, in: header, required: true, schema: {type: string}}
      responses: {200: {description: ok}}
    post:
      parameters: [{name: page, in: query, required: true, example: 9, schema: {type: integer}}]
      requestBody:
        content: {"application/vnd.shelter+json": {schema: {$ref: "#/components/schemas/Pet"}}}
      responses: {201: {description: made}}
  /pets/{name}:
    get:
      parameters: [{name: name, in: path, required: true, schema: {type: string, example: a/b c}}]
      responses: {200: {description: ok}}
    delete:
      parameters: [{name: name, in: path, required: true, schema: {type: string}}]
      responses: {204: {description: gone}}
    put:
      parameters: [{name: name, in: path, required: true, schema: {type: string}}]
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Named"}}}}
      responses: {200: {description: ok}}
  /pictures:
    post:
      requestBody: {content: {multipart/form-data: {schema: {type: object}}}}
      responses: {201: {description: made}}
  /elsewhere:
    $ref: "other.yaml#/paths/~1elsewhere"
"""

NEWER = """\
openapi: 3.1.0
info: {title: Newer, version: "1"}
paths:
  /notes/{id}:
    patch:
      parameters:
        - {name: id, in: path, required: true, schema: {type: [string, "null"], format: uuid}}
      requestBody:
        content:
          application/json; charset=utf-8:
            schema:
              type: object
              properties:
                text: {type: [string, "null"], examples: [hello]}
                rank: {type: integer, exclusiveMinimum: 4}
                size: {anyOf: [{type: "null"}, {type: number, multipleOf: 0.25}]}
                mode: {const: quick}
                more: {type: array, minItems: 2, items: {type: string, minLength: 6}}
      responses: {"200": {description: ok}}
  /search:
    post:
      requestBody:
        content:
          application/json:
            examples: {one: {value: {query: shoes, none: null}}}
      responses: {"200": {description: ok}}
"""
