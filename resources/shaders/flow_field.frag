// Where the light has to go: the field along which the old picture's brightness flows to where the new one is bright.
// It is the first step of optimal transport: the flux whose sources are what the old picture has too much and whose sinks
// what it has too little, that is the difference of the two convolved with direction over distance. The pictures are taken
// as mirrored at their edges, so that nothing flows across these. Red and green: the field, in screen heights, y down; blue: how
// much brighter the new picture is around here; alpha: how much brighter it is on the whole.
#version 440

layout(location = 0) in vec2 qt_TexCoord0;
layout(location = 0) out vec4 fragColor;
layout(std140, binding = 0) uniform buf {
    mat4 qt_Matrix;
    float qt_Opacity;
    float aspect; // width over height
};
layout(binding = 1) uniform sampler2D src;

const float TURN = 6.28318530718;
const float REACH = 7.0;
const float LIMIT = 0.19;

float wanting(vec2 at)
{
    vec2 mirrored = 1.0 - abs(1.0 - abs(at));
    vec2 light = texture(src, mirrored).rg;
    return light.g - light.r;
}

void main()
{
    vec2 flux = vec2(0.0);
    float around = 0.0;
    float radius = 0.0;
    for (int ring = 0; ring < 12; ++ring) {
        float stride = 0.03 + 0.0045 * float(ring);
        radius += stride;
        // Near parts count less: what flows is the large forms, and a field without small turns tears nothing.
        float share = stride * smoothstep(0.0, 0.16, radius) * (1.0 - smoothstep(0.4, 0.7, radius));
        for (int ray = 0; ray < 16; ++ray) {
            float angle = TURN * (float(ray) + 0.5 * mod(float(ring), 2.0)) / 16.0;
            vec2 direction = vec2(cos(angle), sin(angle));
            float here = wanting(qt_TexCoord0 + radius * direction * vec2(1.0 / aspect, 1.0));
            flux += share * direction * here / 16.0;
            around += (radius < 0.16 ? 1.0 : 0.0) * here;
        }
    }
    vec2 field = REACH * flux;
    field /= 1.0 + length(field) / LIMIT;
    float whole = 0.0;
    for (int row = 0; row < 5; ++row)
        for (int column = 0; column < 9; ++column)
            whole += wanting((vec2(float(column), float(row)) + 0.5) / vec2(9.0, 5.0));
    fragColor = vec4(field, around / 64.0, whole / 45.0);
}
